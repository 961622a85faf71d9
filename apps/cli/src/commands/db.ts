import type { SchemaChange, SchemaStatus } from '@eros/app';
import type { Command } from 'commander';
import { RowsAtStakeError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatInstant, plural } from '../output/format.js';
import { formatTable } from '../output/table.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { databaseOption, refuseMissingFile } from '../run/engine.js';
import { lossesTold } from '../run/losses-told.js';

/** Loaded by the commands that need it: help needs no database driver. */
type Engine = typeof import('@eros/app');
type Migrations = Awaited<ReturnType<Engine['openMigrations']>>;
type Describe = (changes: readonly SchemaChange[]) => string;

interface DownOptions {
  readonly discardRows?: boolean;
}

export function dbCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('db')
    .description('the schema of the database: look at it, bring it up to date, go back')
    .addHelpText(
      'after',
      '\nOther commands bring an SQLite file up to date by themselves.\n\nExample:\n  $ eros db status',
    );
  const add = (name: string, description: string, work: (context: CommandContext) => Promise<CommandResult>): void => {
    command
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ eros db ${name}`)
      .action(run(work));
  };
  add('status', 'version, what was applied when, what is pending', status);
  add('verify', 'check that nothing is pending, and list where the schema differs', verify);
  add('dry-run', 'show what migrate would do, and do nothing', dryRun);
  add('migrate', 'make the database, or bring it up to date; no row is ever lost', migrate(false));
  add('adopt', 'migrate a database that holds tables of another program, beside them', migrate(true));
  command
    .command('down')
    .description('take back the last migration')
    .option('--discard-rows', 'even if tables that it made hold rows')
    .addHelpText('after', '\nExample:\n  $ eros db down')
    .action(run(down));
}

async function withMigrations<T>(
  { database, lockTimeoutMs }: CommandContext,
  work: (migrations: Migrations, describe: Describe) => Promise<T>,
  mayCreate = false,
): Promise<T> {
  const option = await databaseOption(database);
  if (option.type === 'existing') throw new Error('bug: the command line borrows no DataSource');
  if (!mayCreate) refuseMissingFile(option);
  const { describeChange, openMigrations } = await import('@eros/app');
  const migrations = await openMigrations(option.type === 'sqlite' ? { ...option, lockTimeoutMs } : option);
  try {
    return await work(migrations, (changes) => listed(changes.map(describeChange)));
  } finally {
    await migrations.close();
  }
}

const status = (context: CommandContext): Promise<CommandResult> =>
  withMigrations(context, async (migrations) => {
    const found = await migrations.status();
    context.say(formatStatus(found, context.terminal.columns));
    return { data: found };
  });

const dryRun = (context: CommandContext): Promise<CommandResult> =>
  withMigrations(context, async (migrations, describe) => {
    const { pending, conflicts, isForeign } = await migrations.status();
    context.say(pending.length === 0 ? 'Nothing is pending.' : `Would:\n${describe(pending)}`);
    if (conflicts.length > 0) context.say(`Cannot, because:\n${listed(conflicts)}`);
    if (isForeign) context.say('It holds tables of another program: `eros db adopt` if they should live together.');
    return { data: { pending, conflicts, isForeign }, exitCode: conflicts.length > 0 ? EXIT.failed : EXIT.ok };
  });

const verify = (context: CommandContext): Promise<CommandResult> =>
  withMigrations(context, async (migrations) => {
    const differences = await migrations.verify();
    context.say(
      differences.length === 0
        ? 'Up to date, and as declared.'
        : `Up to date. Different from what is declared, and left so:\n\n${formatTable(
            [{ title: 'where' }, { title: 'declared', givesWay: true }, { title: 'found', givesWay: true }],
            differences.map(({ where, declared, found }) => [where, declared, found]),
            context.terminal.columns,
          )}`,
    );
    return { data: { differences } };
  });

const migrate =
  (adopt: boolean) =>
  (context: CommandContext): Promise<CommandResult> =>
    withMigrations(
      context,
      async (migrations, describe) => {
        const applied = await migrations.migrate({ adopt });
        context.say(applied.length === 0 ? 'Nothing was pending.' : `Done:\n${describe(applied)}`);
        return { data: { applied } };
      },
      !adopt,
    );

const down = (context: CommandContext, { discardRows = false }: DownOptions): Promise<CommandResult> =>
  withMigrations(context, async (migrations, describe) => {
    const takenBack = await migrations.down({ discardRows }).catch((error: unknown): never => {
      const losses = lossesTold(error);
      throw losses ? new RowsAtStakeError(losses, { cause: error }) : error;
    });
    context.say(takenBack.length === 0 ? 'Nothing was ever applied.' : `Taken back:\n${describe(takenBack)}`);
    return { data: { takenBack } };
  });

function formatStatus(
  { programVersion, databaseVersion, applied, pending, conflicts }: SchemaStatus,
  columns: number,
): string {
  const parts = [`schema version ${databaseVersion}; this program's is ${programVersion}`];
  if (applied.length > 0) {
    parts.push(
      formatTable(
        [{ title: 'version', align: 'right' }, { title: 'applied' }, { title: 'what' }],
        applied.map(({ version, appliedAtMs, changes }) => [
          String(version),
          formatInstant(appliedAtMs),
          plural(changes.length, 'change'),
        ]),
        columns,
      ),
    );
  }
  parts.push(
    pending.length === 0
      ? 'Nothing is pending.'
      : `${plural(pending.length, 'change')} pending: \`eros db dry-run\` lists them, \`eros db migrate\` applies them.`,
  );
  if (conflicts.length > 0) parts.push(`Cannot be adopted:\n${listed(conflicts)}`);
  return parts.join('\n\n');
}

const listed = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join('\n');
