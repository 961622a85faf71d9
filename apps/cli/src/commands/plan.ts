import type { Eros, FleetReport, WeekPlan } from '@eros/app';
import type { Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatWeek } from '../output/calendar.js';
import { formatFleet } from '../output/fleet-report.js';
import { formatCount, plural } from '../output/format.js';
import { startProgress } from '../output/progress.js';
import { comingMonday, instantArgument, weekArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { PLANNING_AT_ONCE } from './worker.js';

interface PlanOptions {
  readonly creator?: string;
  readonly week?: string;
  readonly asOf?: Date;
  readonly all?: boolean;
  readonly detach?: boolean;
}

interface FleetProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

/** Of creators that were not waited for. */
const LEFT_IN_LINE = 'still in line (`eros worker`, or the same command again, plans them)';

export function planCommand(program: Command, run: CommandRunner): void {
  program
    .command('plan')
    .description('plan a week: for one creator (shown as a calendar) or for all active ones')
    .option('--creator <id>', 'only this creator')
    .option('--all', 'all active creators, together with every `eros worker` on the database')
    .option('--detach', 'with --all: leave it to the workers, and wait for nothing')
    .option('--week <monday>', 'the week, named by its Monday (default: the coming one)', weekArgument)
    .option('--as-of <instant>', 'use only what was known then (default: now)', instantArgument)
    .addHelpText(
      'after',
      `
A week that is planned already is shown as it is stored. One creator's failure does not stop the
others: exit code 3. With --all the work is put in line, in the database: this program and all
workers take their share, whoever is killed, and the same command again does what is missing.

Example:
  $ eros plan --week 2026-11-23
  $ eros plan --creator c-001 --week 2026-11-23
  $ eros plan --all --week 2026-11-23`,
    )
    .action(run(plan));
}

async function plan(context: CommandContext, options: PlanOptions): Promise<CommandResult> {
  const { creator, week, asOf, all = false, detach = false } = options;
  if (all && creator !== undefined) throw new UsageError('--all and --creator contradict each other: give one of them');
  if (detach && !all) throw new UsageError('--detach goes with --all: only what is put in line can be left to workers');
  const request = { weekStart: week ?? comingMonday(Date.now()), ...(asOf && { asOf }) };
  return withEros(
    context,
    async (eros) => {
      if (creator !== undefined) {
        const planned = await eros.schedules.planWeek({ creatorId: creator, ...request });
        context.say(formatWeek(planned, context.terminal));
        return { data: planned };
      }
      if (detach) return putInLine(eros, context, request);
      const report = await (all ? planWithWorkers : planFleet)(eros, context, request);
      if (report.total === 0) throw new NotFoundError('no active creator: `eros import creators FILE` brings them in');
      const plans = await plansOf(eros, report);
      context.say(formatFleet(report, plans, context.terminal, all ? LEFT_IN_LINE : undefined));
      if (context.signal.aborted) context.say('\nInterrupted: what is planned stays. Run the same command to go on.');
      return { data: { ...report, plans }, exitCode: report.failed.length > 0 ? EXIT.partial : EXIT.ok };
    },
    { sagas: { runningMax: PLANNING_AT_ONCE } },
  );
}

async function putInLine(
  { schedules }: Pick<Eros, 'schedules'>,
  context: CommandContext,
  request: { readonly weekStart: string; readonly asOf?: Date },
): Promise<CommandResult> {
  const { wait: _, ...fleet } = await schedules.startFleet(request);
  const { weekStart, total, enqueued, underWay, already } = fleet;
  const parts = [
    `${formatCount(enqueued)} of ${plural(total, 'creator')} put in line`,
    ...(underWay > 0 ? [`${formatCount(underWay)} in line already`] : []),
    ...(already.length > 0 ? [`${formatCount(already.length)} planned before`] : []),
  ];
  context.say(`week of ${weekStart}: ${parts.join(', ')}. \`eros worker\` plans them.`);
  return { data: fleet };
}

/**
 * Puts the fleet in line and works on it, beside whoever else does. Ctrl-C leaves what is in line to others; so does a database that
 * cannot be written any more, of which is told how far it went.
 */
export async function planWithWorkers(
  eros: Pick<Eros, 'schedules' | 'start'>,
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
  request: { readonly weekStart: string; readonly asOf?: Date },
): Promise<FleetReport> {
  const fleet = await eros.schedules.startFleet(request);
  await eros.start();
  let doneCount = 0;
  try {
    return await withProgress(terminal, request.weekStart, (show) => {
      const onProgress = (progress: FleetProgress): void => {
        doneCount = progress.done;
        show(progress);
      };
      return fleet.wait({ onProgress, signal });
    });
  } catch (error) {
    const left = fleet.total - doneCount;
    const done = `${formatCount(doneCount)} of ${plural(fleet.total, 'creator')} done`;
    terminal.writeError(`week of ${fleet.weekStart}: ${done}, ${formatCount(left)} ${LEFT_IN_LINE}\n`);
    throw error;
  }
}

/** Plans a week for many creators, with progress on stderr. Ctrl-C ends it after the creators in hand. */
export async function planFleet(
  { schedules }: Pick<Eros, 'schedules'>,
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
  request: { readonly weekStart: string; readonly asOf?: Date; readonly creatorIds?: readonly string[] },
): Promise<FleetReport> {
  return withProgress(terminal, request.weekStart, (onProgress) =>
    schedules.planFleet({ ...request, signal, onProgress }),
  );
}

async function withProgress<T>(
  terminal: CommandContext['terminal'],
  weekStart: string,
  work: (onProgress: (progress: FleetProgress) => void) => Promise<T>,
): Promise<T> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await work(({ done, total, failed }) => {
      progress ??= startProgress(terminal, { label: `plan ${weekStart}`, total, unit: 'creators' });
      progress.update(done, failed > 0 ? `${failed} failed` : '');
    });
  } finally {
    progress?.stop();
  }
}

/** The stored plans of all creators of the report that have one, by id. */
export async function plansOf({ schedules }: Pick<Eros, 'schedules'>, report: FleetReport): Promise<WeekPlan[]> {
  const plans: WeekPlan[] = [];
  for (const creatorId of [...report.planned, ...report.already].sort()) {
    const stored = await schedules.get(creatorId, report.weekStart);
    if (stored) plans.push(stored);
  }
  return plans;
}
