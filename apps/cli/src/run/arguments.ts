import { InvalidArgumentError } from 'commander';

const DAY_MS = 86_400_000;
const HELD_YEARS = { first: 100, last: 9999 } as const;
const OF_HELD_YEARS = `of the years ${HELD_YEARS.first} to ${HELD_YEARS.last}, UTC`;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `YYYY-MM-DD`, a Monday. */
export function weekArgument(text: string): string {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (dateOf(atMs) !== text || text === '') throw new InvalidArgumentError('give a date as YYYY-MM-DD.');
  if (!isHeld(atMs) || !isHeld(atMs + 7 * DAY_MS)) throw new InvalidArgumentError(`give a week ${OF_HELD_YEARS}.`);
  const weekday = new Date(atMs).getUTCDay();
  if (weekday === 1) return text;
  const monday = dateOf(atMs - ((weekday + 6) % 7) * DAY_MS);
  throw new InvalidArgumentError(`${text} is a ${WEEKDAYS[weekday]}: a week is named by its Monday, here ${monday}.`);
}

/** An instant: ISO 8601, UTC if it names no zone; a bare date is its midnight, UTC. */
export function instantArgument(text: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const [, date = '', time = '00:00', zone = 'Z'] = match ?? [];
  const at = new Date(match ? `${date}T${time}${zone}` : NaN);
  // A Date takes the 30th of February for the 2nd of March.
  const isDate = date !== '' && dateOf(Date.parse(`${date}T00:00Z`)) === date;
  if (isDate && isHeld(at.getTime())) return at;
  if (isDate && !Number.isNaN(at.getTime())) throw new InvalidArgumentError(`give an instant ${OF_HELD_YEARS}.`);
  throw new InvalidArgumentError('give an instant that exists, like 2026-11-22T12:00Z.');
}

/** A whole number from `least` to `most`. */
export const wholeNumberArgument =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}.`);
  };

/** An amount of money, 0 or more. */
export function amountArgument(text: string): number {
  const value = decimalOf(text.replace(/^\$/, ''));
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('give an amount in dollars like 12.99.');
}

/** A percentage, 0 or more. */
export function pctArgument(text: string): number {
  const value = decimalOf(text.replace(/ ?%$/, ''));
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('give a percentage like 25 or 12.5.');
}

const decimalOf = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN);

/** The first Monday after the (UTC) day of `nowMs`. */
export function comingMonday(nowMs: number): string {
  const weekday = new Date(nowMs).getUTCDay();
  return dateOf(nowMs + ((8 - weekday) % 7 || 7) * DAY_MS);
}

/** The Monday `weeks` later (or, negative, earlier). */
export const addWeeks = (monday: string, weeks: number): string =>
  dateOf(Date.parse(`${monday}T00:00:00Z`) + weeks * 7 * DAY_MS);

/** Whether databases hold this instant. The engine refuses others, too, but wrong usage is told before a database is opened. */
function isHeld(atMs: number): boolean {
  const year = new Date(atMs).getUTCFullYear();
  return year >= HELD_YEARS.first && year <= HELD_YEARS.last;
}

const dateOf = (atMs: number): string => (Number.isNaN(atMs) ? '' : new Date(atMs).toISOString().slice(0, 10));
