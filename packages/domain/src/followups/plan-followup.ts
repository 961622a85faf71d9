import { seededRandom } from '../chance/index.js';
import { isQuiet, type QuietStretch } from '../planning/plan-settings.js';
import { localTimeAt, MINUTE_MS } from '../time/index.js';
import { LONGEST_OPTIMAL_MINUTES, SHORTEST_OPTIMAL_MINUTES } from './followup-window.js';
import { truncatedQuantile, type Stretch } from './truncated-normal.js';

/** Planned gaps in minutes, before they are cut to the window (spec, section 2; predecessor facts 3.1). */
const GAPS = { mean: 28, sd: 8 };

/** Follow-ups a day, the day being the parent's creator-local one (spec, section 2). */
export const FOLLOWUPS_PER_DAY = 4;

/** The parent of a follow-up. */
export interface FollowupSeed {
  readonly creatorId: string;
  /** Whatever names the parent for good: the same text gets the same gap. */
  readonly parentKey: string;
  readonly parentMs: number;
  readonly timeZone: string;
  readonly quietHours: QuietStretch;
}

/** When a follow-up goes out, or why there is none. */
export type PlannedTime = { readonly atMs: number } | { readonly reason: 'quiet_hours' };

/**
 * When the follow-up of a parent goes out: 15 to 45 minutes after it, both ends included, at a gap drawn from a normal
 * distribution (mean 28, sd 8) cut down to the part of the window that lies outside quiet hours. Whole milliseconds; a pure
 * function of its input, so that the same parent always gets the same time. Midnight is no border, and quiet hours go by what
 * the creator's wall clock shows, through changes of the clocks too.
 */
export function planFollowup(parent: FollowupSeed): PlannedTime {
  const parts = allowedParts(parent);
  if (parts.length === 0) return { reason: 'quiet_hours' };
  const u = seededRandom(JSON.stringify(['followup', parent.creatorId, parent.parentKey]))();
  const gap = truncatedQuantile(
    u,
    GAPS,
    parts.map((part) => gapsOf(part, parent.parentMs)),
  );
  // A part's ends are whole milliseconds, so rounding stays inside it.
  return { atMs: parent.parentMs + Math.round(gap * MINUTE_MS) };
}

/**
 * The parts of the window outside quiet hours, as instants, both ends included, in order. Wall clocks step by whole minutes,
 * so one look at each minute sees every beginning and end of quiet hours, also where the clocks change.
 */
export function allowedParts({
  parentMs,
  timeZone,
  quietHours,
}: Omit<FollowupSeed, 'creatorId' | 'parentKey'>): Stretch[] {
  const firstMs = parentMs + SHORTEST_OPTIMAL_MINUTES * MINUTE_MS;
  const lastMs = parentMs + LONGEST_OPTIMAL_MINUTES * MINUTE_MS;
  const parts: Stretch[] = [];
  for (let minuteMs = Math.floor(firstMs / MINUTE_MS) * MINUTE_MS; minuteMs <= lastMs; minuteMs += MINUTE_MS) {
    if (isQuiet(localTimeAt(timeZone, minuteMs).minuteOfDay, quietHours)) continue;
    const from = Math.max(firstMs, minuteMs);
    const to = Math.min(lastMs, minuteMs + MINUTE_MS - 1);
    const before = parts.at(-1);
    if (before && before.to === from - 1) parts[parts.length - 1] = { from: before.from, to };
    else parts.push({ from, to });
  }
  return parts;
}

const gapsOf = ({ from, to }: Stretch, parentMs: number): Stretch => ({
  from: (from - parentMs) / MINUTE_MS,
  to: (to - parentMs) / MINUTE_MS,
});
