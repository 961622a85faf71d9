import { InvalidSettingsError } from '../errors.js';

/** A stretch of the local day in which nothing goes out, from its first minute to just before its end. */
export interface QuietStretch {
  /** Minutes since local midnight, 0..1440. */
  readonly fromMinute: number;
  /** The first minute after it. Before `fromMinute`: over midnight. Equal to it: no quiet hours. */
  readonly toMinute: number;
}

/** What a week is planned by. All minutes are whole. */
export interface PlanSettings {
  readonly quietHours: QuietStretch;
  /** At least this long between any two items that are not follow-ups. */
  readonly minGapMinutes: number;
  /** At least this long between two PPVs, whatever lies between them. */
  readonly ppvGapMinutes: number;
  /** At least this long between a follow-up and any other item. */
  readonly followupGapMinutes: number;
  /** How long a caption rests between two uses by the same creator, in stretches of 24 hours. */
  readonly restDays: number;
  /** Where items are put while there is room, in minutes since local midnight; they spill over when there is none. */
  readonly dayStartMinute: number;
  readonly dayEndMinute: number;
  /** Planned follow-ups a day, the day being the parent's. */
  readonly followupLimit: number;
}

/** The numbers of the spec, sections 2, 7 and 10; the day's preferred stretch is ours. */
export const DEFAULT_PLAN_SETTINGS: PlanSettings = {
  quietHours: { fromMinute: 3 * 60, toMinute: 7 * 60 },
  minGapMinutes: 45,
  ppvGapMinutes: 90,
  followupGapMinutes: 5,
  restDays: 30,
  dayStartMinute: 8 * 60,
  dayEndMinute: 23 * 60,
  followupLimit: 4,
};

/** Whether a minute of the local day lies in the quiet hours. */
export function isQuiet(minuteOfDay: number, { fromMinute, toMinute }: QuietStretch): boolean {
  return fromMinute <= toMinute
    ? minuteOfDay >= fromMinute && minuteOfDay < toMinute
    : minuteOfDay >= fromMinute || minuteOfDay < toMinute;
}

/** Whether the minute is one of :00 :15 :30 :45, at which everybody else sends too. */
export const isRoundMinute = (minuteOfDay: number): boolean => minuteOfDay % 15 === 0;

/** Throws `invalid_settings` for a number outside its range, and for settings under which no day has room for one item. */
export function assertPlanSettings(settings: PlanSettings): void {
  const { quietHours } = settings;
  assertWhole('quietHours.fromMinute', quietHours.fromMinute, 0, 1440);
  assertWhole('quietHours.toMinute', quietHours.toMinute, 0, 1440);
  assertWhole('minGapMinutes', settings.minGapMinutes, 1, 1440);
  assertWhole('ppvGapMinutes', settings.ppvGapMinutes, 1, 1440);
  assertWhole('followupGapMinutes', settings.followupGapMinutes, 0, 45);
  assertWhole('restDays', settings.restDays, 0, 3650);
  assertWhole('dayStartMinute', settings.dayStartMinute, 0, 1440);
  assertWhole('dayEndMinute', settings.dayEndMinute, settings.dayStartMinute + 1, 1440);
  assertWhole('followupLimit', settings.followupLimit, 0, 4);
  for (let minute = 0; minute < 1440; minute++) if (!isQuiet(minute, quietHours) && !isRoundMinute(minute)) return;
  throw new InvalidSettingsError(
    'quietHours',
    `from minute ${quietHours.fromMinute} to ${quietHours.toMinute}, which leaves no minute of a day`,
    'hours that leave room for at least one item',
  );
}

function assertWhole(setting: string, given: number, low: number, high: number): void {
  if (Number.isInteger(given) && given >= low && given <= high) return;
  throw new InvalidSettingsError(setting, String(given), `a whole number from ${low} to ${high}`);
}

/** Throws `invalid_settings` unless these are 24 numbers, none negative, not all 0. */
export function assertHourWeights(weights: readonly number[]): void {
  const isUsable = weights.length === 24 && weights.every((weight) => Number.isFinite(weight) && weight >= 0);
  if (isUsable && weights.some((weight) => weight > 0)) return;
  throw new InvalidSettingsError(
    'hourWeights',
    JSON.stringify(weights),
    '24 numbers from 0 on, one per local hour, not all 0',
  );
}
