import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { CaptionScore } from '@eros/app';
import { Option, type Command } from 'commander';
import { assertReadableFile } from '../csv/decode-utf8.js';
import { UsageError } from '../errors.js';
import { formatScore } from '../output/caption-score.js';
import { amountArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

const STRUCTURES = ['winner', 'bundle', 'wall'] as const;
type Structure = (typeof STRUCTURES)[number];

interface ScoreOptions {
  readonly file?: string;
  readonly structure?: Structure;
  readonly price?: number;
  readonly value?: number;
}

export function scoreCommand(program: Command, run: CommandRunner): void {
  program
    .command('score [text]')
    .description('score a caption: what its structure asks for, what is there, what is missing')
    .option('--file <file>', 'take the caption from a file (default, without TEXT: from stdin)')
    .addOption(new Option('--structure <name>', 'default: the one that it fits best').choices(STRUCTURES))
    .option('--price <usd>', 'what the reader pays; feeds the warnings only', amountArgument)
    .option('--value <usd>', 'what the content costs when bought singly; feeds the warnings only', amountArgument)
    .addHelpText(
      'after',
      `
Needs no database.

Example:
  $ eros score --structure winner --price 15 "You won! Only one gets it, \\$50 worth. Lmk"`,
    )
    .action(run(score));
}

async function score(
  { say, terminal }: CommandContext,
  given: string | undefined,
  { file, structure, price, value }: ScoreOptions,
): Promise<CommandResult> {
  const caption = await captionOf(given, file);
  const facts = {
    ...(price === undefined ? {} : { priceUsd: price }),
    ...(value === undefined ? {} : { catalogueValueUsd: value }),
  };
  const scores = await withEros({ database: ':memory:' }, async ({ captions }) =>
    (structure ? [structure] : STRUCTURES).map((each) => captions.score(caption, each, facts)),
  );
  const best = bestOf(scores);
  say(formatScore(best, terminal));
  if (!structure) say(`\nFits best as ${best.structure}; --structure scores it as another.`);
  return { data: best };
}

/** The caption as given, else from the file, else from stdin; a line break at its very end is the file's, not the caption's. */
async function captionOf(given: string | undefined, file: string | undefined): Promise<string> {
  if (given !== undefined && file !== undefined)
    throw new UsageError('give the caption as TEXT or with --file, not both');
  if (given !== undefined) return given;
  if (file !== undefined) {
    await assertReadableFile(file, { empty: 'write the caption into it' });
    return withoutLastBreak(await readFile(file, 'utf8'));
  }
  if (process.stdin.isTTY) throw new UsageError('no caption: give it as TEXT, with --file, or on stdin');
  return withoutLastBreak(await readAll(process.stdin));
}

const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

const bestOf = (scores: readonly CaptionScore[]): CaptionScore =>
  scores.reduce((best, each) => {
    const isBetter = each.isValid === best.isValid ? each.score > best.score : each.isValid;
    return isBetter ? each : best;
  });
