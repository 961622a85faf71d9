import { Option, type Command } from 'commander';
import { UsageError } from '../errors.js';
import { formatCount, formatDecimal, plural } from '../output/format.js';
import { wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { databaseOption, withEros } from '../run/engine.js';
import { warningsOn, type Warnings } from '../run/engine-logger.js';

interface WorkerOptions {
  readonly concurrency: number;
  readonly sweep: number;
  readonly dispatch: 'sweep' | 'pg-boss';
  readonly planFleet?: string;
  readonly measure?: string;
  readonly timeZone?: string;
}

/** Planning computes more than it waits: more at once would only make each of them, and its transaction, last longer. */
export const PLANNING_AT_ONCE = 8;
/** How often the worker says what it has done, if it has done anything. */
const REPORT_EVERY_MS = 5_000;

export function workerCommand(program: Command, run: CommandRunner): void {
  program
    .command('worker')
    .description('work on sagas, such as the planning of a fleet, until it is stopped; any number side by side')
    .option('--concurrency <n>', 'how many sagas at once', wholeNumberArgument(1, 10_000), PLANNING_AT_ONCE)
    .option('--sweep <ms>', 'how often to look for sagas', wholeNumberArgument(10, 3_600_000), 1_000)
    .addOption(
      new Option('--dispatch <way>', 'how to hear of sagas besides: pg-boss needs PostgreSQL and the package')
        .choices(['sweep', 'pg-boss'])
        .default('sweep'),
    )
    .option('--plan-fleet <cron>', 'plan the coming week of all creators then (needs pg-boss)')
    .option('--measure <cron>', 'measure and learn then (needs pg-boss)')
    .option('--time-zone <zone>', 'of these times (default: UTC)')
    .addHelpText(
      'after',
      `
What a killed worker had in hand, another takes up when its lease is over. Ctrl-C or SIGTERM lets
the steps in hand end and hands their sagas back at once: exit code 0. A second one leaves at once.

Example:
  $ eros worker --database postgres://db.example/eros
  $ eros worker --dispatch pg-boss --plan-fleet "0 6 * * 5" --time-zone Europe/London`,
    )
    .action(run(work));
}

interface Tally {
  readonly ends: Map<string, number>;
}

async function work(context: CommandContext, options: WorkerOptions): Promise<CommandResult> {
  const { terminal, signal } = context;
  const { concurrency, sweep: sweepMs, dispatch, planFleet, measure, timeZone } = options;
  const tally: Tally = { ends: new Map() };
  // A blank one, as of a variable that is not set, is wrong: left out, it would take the time back for all workers.
  const given = Object.entries({ planFleet, measure, timeZone }).filter(([, text]) => text !== undefined);
  const asked: { planFleet?: string; measure?: string; timeZone?: string } = Object.fromEntries(given);
  if (Object.keys(asked).length > 0 && dispatch !== 'pg-boss')
    throw new UsageError(
      '--plan-fleet, --measure and --time-zone need --dispatch pg-boss: nothing else keeps the time',
    );
  const { type } = await databaseOption(context.database);
  if (dispatch === 'pg-boss' && type !== 'postgres')
    throw new UsageError('--dispatch pg-boss needs PostgreSQL: --database postgres://user:password@host:port/name');
  const sagas = { runningMax: concurrency, sweepMs };
  const workers = { dispatch, ...(Object.keys(asked).length > 0 && { timetable: asked }) };
  await withEros(
    context,
    async (eros) => {
      await eros.start();
      terminal.writeError(`working on up to ${plural(concurrency, 'saga')} at once; Ctrl-C ends it\n`);
      const unclaimed = (await eros.sagas.unclaimed()).reduce((sum, { count }) => sum + count, 0);
      if (unclaimed > 0)
        terminal.writeError(`${plural(unclaimed, 'saga')} of other definitions: \`eros sagas list\`\n`);
      let told = 0;
      const report = setInterval(() => {
        const more = countOf(tally) - told;
        if (more === 0) return;
        told += more;
        const pace = formatDecimal((more * 1_000) / REPORT_EVERY_MS);
        terminal.writeError(`${described(tally)}; ${pace} a second of late\n`);
      }, REPORT_EVERY_MS);
      await aborted(signal);
      clearInterval(report);
    },
    { sagas, workers, logger: counting(warningsOn(terminal), tally) },
  ).catch((error: unknown) => {
    throw isOfTimetable(error) ? new UsageError(error.message, { cause: error }) : error;
  });
  context.say(`stopped; ${described(tally)}`);
  return { data: { ended: countOf(tally), byEnd: Object.fromEntries(tally.ends) }, endsBySignal: true };
}

/** What the engine finds wrong with the times is wrong usage. */
const isOfTimetable = (error: unknown): error is Error =>
  error instanceof Error && 'setting' in error && String(error.setting).startsWith('workers.timetable');

/** Counts what the engine says of the ends of sagas. */
function counting(logger: Warnings, { ends }: Tally): Warnings {
  return {
    ...logger,
    debug: (facts) => {
      const { end } = facts as { readonly end?: unknown };
      if (typeof end === 'string') ends.set(end, (ends.get(end) ?? 0) + 1);
    },
  };
}

const countOf = ({ ends }: Tally): number => [...ends.values()].reduce((sum, each) => sum + each, 0);

/** `132 sagas: 130 completed, 2 failed`. */
function described(tally: Tally): string {
  const parts = [...tally.ends].map(([end, count]) => `${formatCount(count)} ${end.replaceAll('_', ' ')}`);
  const count = countOf(tally);
  return count === 0 ? 'no saga came its way' : `${plural(count, 'saga')}: ${parts.join(', ')}`;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
