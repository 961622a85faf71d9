import type { AppliedSignal, Eros, FleetReport, MeasuredWeek, MeasureReport } from '@eros/app';
import { startProgress } from '../output/progress.js';
import { addWeeks } from '../run/arguments.js';
import type { CommandContext } from '../run/command-context.js';
import { activeCreators, type ActiveCreator } from './creators.js';
import { mondayInstant } from './local-monday.js';

const HALF_DAY_MS = 12 * 3_600_000;

export interface Replay {
  /** The Mondays that were replayed, oldest first. */
  readonly weeks: readonly string[];
  readonly planned: number;
  readonly failed: readonly (FleetReport['failed'][number] & { readonly weekStart: string })[];
  readonly measured: readonly MeasuredWeek[];
  readonly awaitingData: MeasureReport['awaitingData'];
  readonly applied: readonly AppliedSignal[];
  readonly isInterrupted: boolean;
}

/**
 * Lives through past weeks as they would have been lived through: on each Monday, 00:00 of the creator's own time, the week is
 * planned with what was known then; once it is over it is measured against what was sent, and what it teaches is applied
 * before the next week is planned. Ctrl-C ends it after the creators in hand.
 *
 * @param lastMeasuring how the last week is measured. Default: as all are, half a day after it ended in UTC.
 */
export async function replayWeeks(
  eros: Pick<Eros, 'schedules' | 'learning' | 'transaction'>,
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
  weeks: readonly string[],
  lastMeasuring?: { readonly asOf: Date; readonly completeThrough: Date },
): Promise<Replay> {
  const creators = await activeCreators(eros);
  const failed: Replay['failed'][number][] = [];
  const measured: MeasuredWeek[] = [];
  const applied: AppliedSignal[] = [];
  let awaitingData: MeasureReport['awaitingData'] = [];
  let planned = 0;
  const progress = startProgress(terminal, {
    label: 'replay',
    total: weeks.length * creators.length,
    unit: 'weeks',
  });
  try {
    for (const [i, weekStart] of weeks.entries()) {
      for (const [timeZone, creatorIds] of byTimeZone(creators)) {
        const report = await eros.schedules.planFleet({
          weekStart,
          creatorIds,
          asOf: mondayInstant(weekStart, timeZone),
          signal,
        });
        planned += report.planned.length;
        failed.push(...report.failed.map((each) => ({ ...each, weekStart })));
        progress.update(planned + failed.length, weekStart);
      }
      if (signal.aborted) break;
      const isLast = i === weeks.length - 1;
      const report = await eros.learning.measure((isLast && lastMeasuring) || completeWeek(weekStart));
      measured.push(...report.measured);
      awaitingData = report.awaitingData;
      applied.push(...(await eros.learning.apply()).applied);
    }
  } finally {
    progress.stop();
  }
  return { weeks, planned, failed, measured, awaitingData, applied, isInterrupted: signal.aborted };
}

/** When the week is over everywhere on earth, and the word that its sends are all there. */
function completeWeek(weekStart: string): { asOf: Date; completeThrough: Date } {
  const at = new Date(Date.parse(`${addWeeks(weekStart, 1)}T00:00:00Z`) + HALF_DAY_MS);
  return { asOf: at, completeThrough: at };
}

/** The creators of each time zone; a week begins for them at one instant. */
function byTimeZone(creators: readonly ActiveCreator[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { creatorId, timeZone } of creators) groups.set(timeZone, [...(groups.get(timeZone) ?? []), creatorId]);
  return groups;
}
