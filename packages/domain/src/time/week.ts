import { InvalidSettingsError } from '../errors.js';
import { addDays, dayNumberOf, instantAt, isDate, localTimeAt } from './zone.js';

/** The Monday of the last week that ends before the year 10000, whose dates no database holds. */
const LAST_MONDAY = '9999-12-20';

/** A creator-local week: from Monday 00:00 to the next Monday 00:00. */
export interface Week {
  /** The Monday, `YYYY-MM-DD`. */
  readonly start: string;
  readonly startMs: number;
  /** The first instant after the week. 7 days after its start, but for daylight-saving changes. */
  readonly endMs: number;
}

/** The week that starts on this Monday. Throws `invalid_settings` for anything but a Monday as `YYYY-MM-DD`. */
export function weekStartingOn(monday: string, timeZone: string): Week {
  assertMonday(monday);
  return { start: monday, startMs: instantAt(timeZone, monday, 0), endMs: instantAt(timeZone, addDays(monday, 7), 0) };
}

/** The Monday of the creator-local week that this instant falls in. */
export function mondayOf(timeZone: string, atMs: number): string {
  const { date, dayOfWeek } = localTimeAt(timeZone, atMs);
  return addDays(date, -dayOfWeek);
}

/** Throws `invalid_settings` unless the text is a Monday as `YYYY-MM-DD`; the message names the Mondays next to it. */
export function assertMonday(date: string, setting = 'weekStart'): void {
  if (!isDate(date)) throw new InvalidSettingsError(setting, JSON.stringify(date), 'a Monday as YYYY-MM-DD');
  if (date > LAST_MONDAY) throw new InvalidSettingsError(setting, date, `a Monday up to ${LAST_MONDAY}`);
  const dayOfWeek = (((dayNumberOf(date) + 3) % 7) + 7) % 7;
  if (dayOfWeek !== 0) {
    const before = addDays(date, -dayOfWeek);
    throw new InvalidSettingsError(setting, `${date}, which is not a Monday`, `${before} or ${addDays(before, 7)}`);
  }
}
