import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Eros, FleetReport, LearningStatus } from '@eros/app';
import { Option, type Command } from 'commander';
import { assertReadableFile } from '../csv/decode-utf8.js';
import type { FileImport } from '../csv/import-csv.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatAccuracy } from '../output/accuracy.js';
import { formatWeek } from '../output/calendar.js';
import { formatFailures, formatFleet } from '../output/fleet-report.js';
import { formatDecimal, formatDuration, formatSigned, formatStep, plural } from '../output/format.js';
import { formatCounts, formatReasons, hasRejects } from '../output/import-report.js';
import { formatTable } from '../output/table.js';
import { activeCreators } from '../replay/creators.js';
import { clearDemoFile, markAsDemo } from '../replay/demo-file.js';
import { clearDemoSchema, DEMO_SCHEMA } from '../replay/demo-schema.js';
import { replayWeeks, type Replay } from '../replay/replay-weeks.js';
import { addWeeks } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { databaseOption, withEros } from '../run/engine.js';
import { importInto, type Importable } from './import.js';
import { planFleet, plansOf } from './plan.js';

/** The demo's clock stands still: the example data end there, and every run shows the same. */
const NOW = '2026-11-22T12:00:00Z';
const COMPLETE_THROUGH = '2026-11-22T00:00:00Z';
const WEEK = '2026-11-23';
/** Nothing was sent after Sunday, November 15. */
const LAST_WEEK_SENT = '2026-11-09';
const WEEKS = 8;
const SHOWN_CREATOR = 'c-008';
const DEFAULT_FILE = './eros-demo.db';
const EXAMPLE = fileURLToPath(new URL('../../../../examples/agency-export', import.meta.url));
const IMPORTS: readonly Importable[] = ['creators', 'captions', 'messages'];

interface DemoOptions {
  readonly data: string;
}

export function demoCommand(program: Command, run: CommandRunner): void {
  program
    .command('demo')
    .description('import the example data, replay its last 8 weeks, learn, and plan the next week')
    .addOption(
      new Option('--data <folder>', 'creators.csv, captions.csv and messages.csv').default(
        EXAMPLE,
        'examples/agency-export',
      ),
    )
    .addHelpText(
      'after',
      `
Writes ${DEFAULT_FILE}, or what is named with --database: a file, or on PostgreSQL the schema
${DEMO_SCHEMA} (another one with ?schema=NAME in the URL). What the demo did not make is not touched.

Example:
  $ eros demo`,
    )
    .action(run(demo));
}

async function demo(context: CommandContext, { data }: DemoOptions): Promise<CommandResult> {
  const startedMs = performance.now();
  for (const what of IMPORTS) await assertReadableFile(path.join(data, `${what}.csv`));
  const { database, shown } = await prepare(context);
  const clock = { nowMs: () => Date.parse(NOW) };
  return withEros(
    { ...context, database },
    async (eros) => {
      context.say(`The demo's clock stands at ${NOW}: the example data end there.\n`);
      const imports = await importAll(eros, context, data);
      const replay = context.signal.aborted ? undefined : await replayLastWeeks(eros, context);
      const fleet = context.signal.aborted ? undefined : await planNextWeek(eros, context);
      sayWhatNext(context, shown, performance.now() - startedMs);
      const failures = (replay?.failed.length ?? 0) + (fleet?.failed.length ?? 0);
      return {
        data: { now: NOW, database: shown.name, imports, replay, fleet, accuracy: await accuracyOf(eros) },
        // Rejected rows are part of the show; failed creators are not.
        exitCode: failures > 0 ? EXIT.partial : EXIT.ok,
      };
    },
    { clock, migrate: 'auto' },
  );
}

interface Shown {
  /** The database in full, without a password. */
  readonly name: string;
  /** As it is given to `--database`. */
  readonly option: string;
}

/** Clears away what an earlier demo left, and marks the database as the demo's. */
async function prepare({ database, isDatabaseGiven }: CommandContext): Promise<{ database: string; shown: Shown }> {
  const option = await databaseOption(isDatabaseGiven ? database : DEFAULT_FILE);
  if (option.type === 'postgres') {
    const { schema = DEMO_SCHEMA } = option;
    const url = new URL(option.url);
    await withEros({ database }, (eros) => clearDemoSchema(eros, schema), { migrate: 'off' });
    url.searchParams.set('schema', schema);
    const { shownPostgresUrl } = await import('@eros/app');
    const shown = shownPostgresUrl(url.href);
    return { database: url.href, shown: { name: shown, option: `'${shown}'` } };
  }
  if (option.type !== 'sqlite' || option.path === ':memory:')
    throw new UsageError('the demo needs a file or a postgres:// URL: --database FILE');
  const file = option.path;
  await clearDemoFile(file);
  await withEros({ database: file }, markAsDemo, { mayCreate: true });
  const near = path.relative('', file);
  const name = path.resolve(file);
  return { database: file, shown: { name, option: near.startsWith('..') ? name : near } };
}

async function importAll(eros: Eros, context: CommandContext, data: string): Promise<FileImport[]> {
  const { terminal, signal, say } = context;
  say(terminal.colours.bold('1. What was imported, and what was not'));
  const imports: FileImport[] = [];
  for (const what of IMPORTS) {
    if (signal.aborted) break;
    const report = await importInto(eros, what, { file: path.join(data, `${what}.csv`), terminal, signal });
    say(formatCounts(report));
    if (hasRejects(report)) say(`${indented(formatReasons(report, terminal.columns - 4))}\n`);
    imports.push(report);
  }
  return imports;
}

async function replayLastWeeks(eros: Eros, context: CommandContext): Promise<Replay> {
  const { terminal, say } = context;
  const weeks = Array.from({ length: WEEKS }, (_, i) => addWeeks(LAST_WEEK_SENT, i + 1 - WEEKS));
  const replay = await replayWeeks(eros, context, weeks, {
    asOf: new Date(NOW),
    completeThrough: new Date(COMPLETE_THROUGH),
  });
  say(terminal.colours.bold(`2. The last ${WEEKS} weeks, ${weeks[0]} to ${LAST_WEEK_SENT}, replayed`));
  say(
    `Each week was planned with what was known before it, then measured against what was sent; what it
taught was applied before the next: ${plural(replay.measured.length, 'week')} measured, ${plural(replay.applied.length, 'signal')} applied.
`,
  );
  if (replay.failed.length > 0) say(`${formatFailures(replay.failed, terminal.columns)}\n`);
  say(formatAccuracy(await accuracyOf(eros), terminal));
  say(
    `\n${terminal.colours.bold('3. What was learnt: signals (-1 send less, 1 send more) and the offset they led to')}`,
  );
  say(formatSignals(await statusesOf(eros), terminal.columns));
  return replay;
}

async function planNextWeek(eros: Eros, context: CommandContext): Promise<FleetReport> {
  const { terminal, say } = context;
  const fleet = await planFleet(eros, context, { weekStart: WEEK });
  const plans = await plansOf(eros, fleet);
  say(`\n${terminal.colours.bold(`4. The plan for the week of ${WEEK}`)}`);
  say(formatFleet(fleet, plans, terminal));
  const shown = plans.find(({ creatorId }) => creatorId === SHOWN_CREATOR) ?? plans[0];
  if (shown) say(`\n${terminal.colours.bold(`5. One creator's week`)}\n${formatWeek(shown, terminal)}`);
  return fleet;
}

const accuracyOf = (eros: Pick<Eros, 'reports'>) => eros.reports.predictionAccuracy({ period: 'all' });

async function statusesOf(eros: Eros): Promise<LearningStatus[]> {
  const statuses: LearningStatus[] = [];
  for (const { creatorId } of await activeCreators(eros)) statuses.push(await eros.learning.status(creatorId));
  return statuses;
}

const formatSignals = (statuses: readonly LearningStatus[], columns: number): string =>
  formatTable(
    [
      { title: 'creator' },
      { title: 'weeks', align: 'right' },
      { title: 'signal', align: 'right' },
      { title: 'confidence', align: 'right' },
      { title: 'sends a day', align: 'right' },
      { title: 'held by' },
    ],
    statuses.map(({ creatorId, weeksLearnt, signal, confidence, offset, guard }) => [
      creatorId,
      String(weeksLearnt),
      formatSigned(signal),
      formatDecimal(confidence),
      formatStep(offset),
      guard === undefined || guard === 'none' ? '' : guard,
    ]),
    columns,
  );

function sayWhatNext({ terminal, signal, say }: CommandContext, shown: Shown, tookMs: number): void {
  if (signal.aborted) return say('\nInterrupted. `eros demo` starts afresh.');
  const option = `--database ${shown.option}`;
  say(`\n${terminal.colours.bold('6. Where it is, and what to try next')}
${shown.name}, made in ${formatDuration(tookMs)}.

  eros explain ${SHOWN_CREATOR} ${WEEK} ${option}
  eros plan --creator c-016 --week ${WEEK} ${option}
  eros rotation preview ${SHOWN_CREATOR} ${option}
  eros report accuracy --as-of ${NOW} ${option}
  eros doctor ${option}

\`eros\` stands for \`npm run eros --\` in this repository.`);
}

const indented = (text: string): string => text.replace(/^/gm, '    ');
