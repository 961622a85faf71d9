import { InvalidSettingsError } from '../errors.js';
import { DAY_MS, MINUTE_MS } from './instant.js';

/** A creator-local date and time of day. `dayOfWeek` 0 is Monday. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly dayOfWeek: number;
  /** 0..1439, whole minutes since local midnight as a clock on the wall shows them. */
  readonly minuteOfDay: number;
}

/** A stretch of time in which a zone keeps one offset. */
interface OffsetSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
}

// Offsets are pure facts about (zone, instant), so remembering them changes no answer. Asking Intl costs some
// microseconds; a volume decision asks for hundreds of instants.
const zones = new Map<
  string,
  { format: Intl.DateTimeFormat; years: Map<number, OffsetSpan[]>; last: OffsetSpan | undefined }
>();

/** Whether the text names an IANA time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    return name !== '' && zoneOf(name) !== undefined;
  } catch {
    return false; // Intl's one way to say that it does not know the name
  }
}

function zoneOf(name: string) {
  let zone = zones.get(name);
  if (zone) return zone;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new InvalidSettingsError('timezone', JSON.stringify(name), 'an IANA name such as "America/Los_Angeles"');
  }
  zone = { format, years: new Map(), last: undefined };
  zones.set(name, zone);
  return zone;
}

function askOffsetMs(format: Intl.DateTimeFormat, atMs: number): number {
  const fields: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

/** The offset spans of one UTC year, found by weekly probes and bisected to the minute. */
function spansOfYear(format: Intl.DateTimeFormat, year: number): OffsetSpan[] {
  const startMs = Date.UTC(year, 0, 1);
  const endMs = Date.UTC(year + 1, 0, 1);
  const spans: OffsetSpan[] = [];
  let fromMs = startMs;
  let offset = askOffsetMs(format, startMs);
  for (let probeMs = startMs; probeMs < endMs;) {
    const nextMs = Math.min(probeMs + 7 * DAY_MS, endMs);
    const nextOffset = askOffsetMs(format, nextMs);
    if (nextOffset !== offset) {
      let low = probeMs;
      let high = nextMs;
      while (high - low > MINUTE_MS) {
        const middle = low + Math.floor((high - low) / (2 * MINUTE_MS)) * MINUTE_MS;
        if (askOffsetMs(format, middle) === offset) low = middle;
        else high = middle;
      }
      spans.push({ fromMs, untilMs: high, offsetMs: offset });
      fromMs = high;
      offset = nextOffset;
    }
    probeMs = nextMs;
  }
  spans.push({ fromMs, untilMs: endMs, offsetMs: offset });
  return spans;
}

/** How far the zone's wall clock is ahead of UTC at this instant. Throws `invalid_settings` for an unknown zone. */
export function offsetMsAt(timeZone: string, atMs: number): number {
  const zone = zoneOf(timeZone);
  if (zone.last && atMs >= zone.last.fromMs && atMs < zone.last.untilMs) return zone.last.offsetMs;
  const year = new Date(atMs).getUTCFullYear();
  let spans = zone.years.get(year);
  if (!spans) zone.years.set(year, (spans = spansOfYear(zone.format, year)));
  const span = spans.find(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
  if (!span) throw new Error(`bug: no offset of ${timeZone} at ${atMs}`);
  zone.last = span;
  return span.offsetMs;
}

/** What the wall clock of the zone shows at this instant. */
export function localTimeAt(timeZone: string, atMs: number): LocalTime {
  const wallMs = atMs + offsetMsAt(timeZone, atMs);
  const dayNumber = Math.floor(wallMs / DAY_MS);
  return {
    date: dateOfDayNumber(dayNumber),
    dayOfWeek: (((dayNumber + 3) % 7) + 7) % 7,
    minuteOfDay: Math.floor((wallMs - dayNumber * DAY_MS) / MINUTE_MS),
  };
}

/**
 * The instant at which the zone's wall clock shows this date and minute. A time that the clock skips (spring) is moved
 * forward by the gap; of a time that it shows twice (autumn) it is the first.
 *
 * @param minuteOfDay may run past 1440 or below 0: it counts on the wall clock, into the neighbouring dates.
 */
export function instantAt(timeZone: string, date: string, minuteOfDay: number): number {
  const wallMs = dayNumberOf(date) * DAY_MS + minuteOfDay * MINUTE_MS;
  const before = offsetMsAt(timeZone, wallMs - DAY_MS);
  const after = offsetMsAt(timeZone, wallMs + DAY_MS);
  const early = wallMs - Math.max(before, after);
  const late = wallMs - Math.min(before, after);
  if (offsetMsAt(timeZone, early) + early === wallMs) return early;
  if (offsetMsAt(timeZone, late) + late === wallMs) return late;
  // Skipped: the offset before the jump carries the time past the gap.
  return wallMs - before;
}

/** Whole days since 1970-01-01 of a `YYYY-MM-DD` date. */
export function dayNumberOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
}

const dates = new Map<number, string>();

/** The `YYYY-MM-DD` date that many days after 1970-01-01. */
export function dateOfDayNumber(dayNumber: number): string {
  let date = dates.get(dayNumber);
  if (date === undefined) {
    date = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
    if (dates.size > 20_000) dates.clear();
    dates.set(dayNumber, date);
  }
  return date;
}

/** The date `days` calendar days later (negative: earlier). */
export function addDays(date: string, days: number): string {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** Whether the text is a calendar date that exists, as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(dayNumberOf(text)) && dateOfDayNumber(dayNumberOf(text)) === text
  );
}
