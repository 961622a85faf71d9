import type { Send } from '../history/index.js';
import { DAY_MS, offsetMsAt } from '../time/index.js';
import { revenuePerRecipientUsd } from './revenue-rate.js';

/** Sums over the revenue sends of one stretch of time. */
export interface WindowSums {
  sendCount: number;
  /** Of each send's revenue per recipient. */
  revenuePerRecipientUsd: number;
  /** Of each send's viewed / sent. */
  viewRate: number;
  /** Of each send's purchased / sent. */
  purchaseRate: number;
  earningsUsd: number;
  squaredEarningsUsd: number;
  /** The most fans that one send reached. */
  largestAudience: number;
}

/** Everything that a volume decision asks of the past, read in one pass. */
export interface HistoryTally {
  /** The last 7, 14 and 30 days, and as many days before them; windows go by hours, not by calendar days. */
  readonly windows: Readonly<Record<HorizonDays, { readonly current: WindowSums; readonly previous: WindowSums }>>;
  /** Sends and earnings by creator-local weekday (0 = Monday) over the last 60 days. */
  readonly weekdaySendCounts: readonly number[];
  readonly weekdayEarningsUsd: readonly number[];
  /** Sends and earnings of each of the last 90 whole creator-local days; index 0 is yesterday. */
  readonly daySendCounts: readonly number[];
  readonly dayEarningsUsd: readonly number[];
}

export type HorizonDays = 7 | 14 | 30;
export const HORIZONS: readonly HorizonDays[] = [7, 14, 30];

const WEEKDAY_LOOKBACK_DAYS = 60;
const ELASTICITY_LOOKBACK_DAYS = 90;

/** How many days of history a decision reads; older sends change nothing. One more than the lookback: local days are whole. */
export const HISTORY_DAYS = ELASTICITY_LOOKBACK_DAYS + 1;

// The edges, in days before asOf, of stretches from which all six windows can be put together.
const STRETCH_ENDS_MS = [7, 14, 28, 30, 60].map((days) => days * DAY_MS);

/**
 * Counts a creator's revenue sends before `asOfMs` that reached anybody; all others are left out. (The predecessor let free
 * messages into the weekday figures: predecessor facts, 9.A8.) The order of the sends does not matter.
 *
 * @throws {InvalidSettingsError} for a time zone that does not exist.
 */
export function tallyHistory(sends: readonly Send[], asOfMs: number, timeZone: string): HistoryTally {
  const stretches = STRETCH_ENDS_MS.map(emptySums);
  const weekdaySendCounts = zeros(7);
  const weekdayEarningsUsd = zeros(7);
  const daySendCounts = zeros(ELASTICITY_LOOKBACK_DAYS);
  const dayEarningsUsd = zeros(ELASTICITY_LOOKBACK_DAYS);
  const today = localDayNumber(timeZone, asOfMs);

  for (const send of sends) {
    const { sentAtMs, earningsUsd } = send;
    if (sentAtMs >= asOfMs || send.category !== 'revenue' || send.sentCount <= 0) continue;
    const ageMs = asOfMs - sentAtMs;
    if (ageMs > (HISTORY_DAYS + 1) * DAY_MS) continue;

    let index = 0;
    while (ageMs > (STRETCH_ENDS_MS[index] ?? Infinity)) index += 1;
    const stretch = stretches[index];
    if (stretch) addSend(stretch, send);

    const dayNumber = localDayNumber(timeZone, sentAtMs);
    const daysAgo = today - dayNumber;
    if (daysAgo <= WEEKDAY_LOOKBACK_DAYS) {
      const weekday = (((dayNumber + 3) % 7) + 7) % 7; // day 0, 1970-01-01, was a Thursday
      add(weekdaySendCounts, weekday, 1);
      add(weekdayEarningsUsd, weekday, earningsUsd);
    }
    // Today is left out: it is not over, so its total says nothing about its volume.
    if (daysAgo >= 1 && daysAgo <= ELASTICITY_LOOKBACK_DAYS) {
      add(daySendCounts, daysAgo - 1, 1);
      add(dayEarningsUsd, daysAgo - 1, earningsUsd);
    }
  }

  return { windows: windowsOf(stretches), weekdaySendCounts, weekdayEarningsUsd, daySendCounts, dayEarningsUsd };
}

/** Whole days from 1970-01-01 to the creator-local date of this instant. */
export function localDayNumber(timeZone: string, atMs: number): number {
  return Math.floor((atMs + offsetMsAt(timeZone, atMs)) / DAY_MS);
}

function addSend(sums: WindowSums, { sentCount, viewedCount, purchasedCount, earningsUsd }: Send): void {
  sums.sendCount += 1;
  sums.revenuePerRecipientUsd += revenuePerRecipientUsd(earningsUsd, sentCount);
  sums.viewRate += viewedCount / sentCount;
  sums.purchaseRate += purchasedCount / sentCount;
  sums.earningsUsd += earningsUsd;
  sums.squaredEarningsUsd += earningsUsd * earningsUsd;
  if (sentCount > sums.largestAudience) sums.largestAudience = sentCount;
}

function windowsOf(stretches: readonly WindowSums[]): HistoryTally['windows'] {
  const upTo = (from: number, until: number) => stretches.slice(from, until).reduce(together, emptySums());
  return {
    7: { current: upTo(0, 1), previous: upTo(1, 2) },
    14: { current: upTo(0, 2), previous: upTo(2, 3) },
    30: { current: upTo(0, 4), previous: upTo(4, 5) },
  };
}

function together(a: WindowSums, b: WindowSums): WindowSums {
  return {
    sendCount: a.sendCount + b.sendCount,
    revenuePerRecipientUsd: a.revenuePerRecipientUsd + b.revenuePerRecipientUsd,
    viewRate: a.viewRate + b.viewRate,
    purchaseRate: a.purchaseRate + b.purchaseRate,
    earningsUsd: a.earningsUsd + b.earningsUsd,
    squaredEarningsUsd: a.squaredEarningsUsd + b.squaredEarningsUsd,
    largestAudience: Math.max(a.largestAudience, b.largestAudience),
  };
}

function emptySums(): WindowSums {
  return {
    sendCount: 0,
    revenuePerRecipientUsd: 0,
    viewRate: 0,
    purchaseRate: 0,
    earningsUsd: 0,
    squaredEarningsUsd: 0,
    largestAudience: 0,
  };
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

function add(counts: number[], index: number, amount: number): void {
  counts[index] = (counts[index] ?? 0) + amount;
}
