import type { CaptionRow, CreatorRow, Eros, MessageRow } from '@eros/app';
import type { Command } from 'commander';
import { CAPTIONS_SHAPE, CREATORS_SHAPE, MESSAGES_SHAPE, type CsvShape } from '../csv/csv-shape.js';
import { importCsv, type CsvImport, type FileImport } from '../csv/import-csv.js';
import { assertReadableFile } from '../csv/decode-utf8.js';
import { EXIT } from '../exit-code.js';
import { formatImport, hasRejects } from '../output/import-report.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

/** What can be imported, in the order in which it has to be: messages and captions name creators. */
export type Importable = 'creators' | 'captions' | 'messages';

const SHAPES: Record<Importable, CsvShape> = {
  creators: CREATORS_SHAPE,
  captions: CAPTIONS_SHAPE,
  messages: MESSAGES_SHAPE,
};

export function importCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('import')
    .description('take in what was exported: creators first, then captions and messages')
    .addHelpText(
      'after',
      `
Files are CSV: UTF-8, commas, a header line. Importing the same file again changes nothing; rows
with other figures revise what is stored. Rows that cannot be taken are listed with their line and
the reason, and the exit code is 3.

Example:
  $ eros import creators creators.csv
  $ eros import captions captions.csv
  $ eros import messages messages.csv`,
    );
  command
    .command('creators <file>')
    .description(`pages and their fans; columns: ${columnsOf('creators')}; optional: display_name, is_active`)
    .addHelpText('after', '\nExample:\n  $ eros import creators creators.csv')
    .action(run(importFile('creators')));
  command
    .command('messages <file>')
    .description(`what was sent and what it earned; columns: ${columnsOf('messages')}; optional: caption_id, category`)
    .addHelpText('after', '\nExample:\n  $ eros import messages messages.csv')
    .action(run(importFile('messages')));
  command
    .command('captions <file>')
    .description(
      `the caption bank; columns: ${columnsOf('captions')}; optional: creator_id (empty: shared), content_type, is_active, last_used_date`,
    )
    .addHelpText('after', '\nExample:\n  $ eros import captions captions.csv')
    .action(run(importFile('captions')));
}

const columnsOf = (what: Importable): string =>
  SHAPES[what].required.map((names) => (typeof names === 'string' ? names : names.join(' or '))).join(', ');

const importFile =
  (what: Importable) =>
  async (context: CommandContext, file: string): Promise<CommandResult> => {
    await assertReadableFile(file);
    const report = await withEros(context, (eros) => importInto(eros, what, { ...context, file }), { mayCreate: true });
    context.say(formatImport(report, context.terminal));
    return { data: report, exitCode: hasRejects(report) ? EXIT.partial : EXIT.ok };
  };

/** Imports one CSV file of this kind. */
export function importInto(
  { data }: Pick<Eros, 'data'>,
  what: Importable,
  { file, terminal, signal }: Pick<CsvImport, 'file' | 'terminal' | 'signal'>,
): Promise<FileImport> {
  // A file's rows are not known to be what they should be: the engine looks at every one and says what is wrong.
  const importRows: Record<Importable, CsvImport['importRows']> = {
    creators: (rows, options) => data.importCreators(rows as AsyncIterable<CreatorRow>, options),
    captions: (rows, options) => data.importCaptions(rows as AsyncIterable<CaptionRow>, options),
    messages: (rows, options) => data.importMessages(rows as AsyncIterable<MessageRow>, options),
  };
  return importCsv({ file, shape: SHAPES[what], terminal, signal, importRows: importRows[what] });
}
