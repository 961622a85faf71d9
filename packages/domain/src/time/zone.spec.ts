import fc from 'fast-check';
import { formatInstant, parseInstant } from './instant.js';
import { addDays, instantAt, isDate, isTimeZone, localTimeAt, offsetMsAt } from './zone.js';
import { mondayOf, weekStartingOn } from './week.js';

const ZONES = [
  'America/Los_Angeles',
  'America/New_York',
  'Europe/London',
  'Europe/Bucharest',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'America/Bogota',
  'Africa/Casablanca',
  'America/Santiago',
  'Asia/Kathmandu',
];
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2031, 0, 1) / 1000 }).map((s) => s * 1000);

describe('zones', () => {
  it('agrees with Intl about the wall clock of every instant', () => {
    const formats = new Map(
      ZONES.map((name) => [
        name,
        new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'short' }),
      ]),
    );
    const property = fc.property(zone, instant, (name, atMs) => {
      const { date, minuteOfDay } = localTimeAt(name, atMs);
      const hhmm = `${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}:${String(minuteOfDay % 60).padStart(2, '0')}`;
      expect(`${date} ${hhmm}`).toBe(formats.get(name)?.format(atMs));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('finds an instant again from what the wall clock showed, the first one when it was shown twice', () => {
    const property = fc.property(zone, instant, (name, atMs) => {
      const shown = localTimeAt(name, atMs);
      const again = instantAt(name, shown.date, shown.minuteOfDay);
      expect(localTimeAt(name, again)).toEqual(shown);
      expect(again).toBeLessThanOrEqual(atMs);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('moves a skipped time forward by the gap', () => {
    expect(formatInstant(instantAt('America/Los_Angeles', '2026-03-08', 150))).toBe('2026-03-08T10:30:00.000Z');
    expect(formatInstant(instantAt('America/Los_Angeles', '2026-11-01', 90))).toBe('2026-11-01T08:30:00.000Z');
  });

  it('has weeks from Monday to Monday, an hour short or long at the changes', () => {
    const property = fc.property(zone, instant, (name, atMs) => {
      const week = weekStartingOn(mondayOf(name, atMs), name);
      expect(week.startMs).toBeLessThanOrEqual(atMs);
      expect(week.endMs).toBeGreaterThan(atMs);
      expect(localTimeAt(name, week.startMs)).toMatchObject({ date: week.start, dayOfWeek: 0 });
      const change = offsetMsAt(name, week.startMs) - offsetMsAt(name, week.endMs);
      expect(week.endMs - week.startMs).toBe(7 * 86_400_000 + change);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('refuses what is no Monday, no date, no zone', () => {
    expect(() => weekStartingOn('2026-11-24', 'Europe/London')).toThrow(/2026-11-23 or 2026-11-30/);
    expect(() => weekStartingOn('2026-13-01', 'Europe/London')).toThrow(/a Monday as YYYY-MM-DD/);
    expect(() => weekStartingOn('9999-12-27', 'Europe/London')).toThrow(/a Monday up to 9999-12-20/);
    expect(() => localTimeAt('Mars/Olympus', 0)).toThrow(/IANA/);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(isTimeZone('Europe/London')).toBe(true);
    expect(isDate('2026-02-29')).toBe(false);
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  });
});

describe('instants', () => {
  it.each([
    ['2026-05-18 20:40:05', '2026-05-18T20:40:05.000Z'],
    ['2026-05-18T20:40:05.25Z', '2026-05-18T20:40:05.250Z'],
    ['2026-05-18T20:40:05+02:00', '2026-05-18T18:40:05.000Z'],
    ['2026-05-18', '2026-05-18T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(formatInstant(parseInstant(text) ?? NaN)).toBe(expected);
  });

  it.each(['', 'soon', '2026-02-30 10:00:00', '2026-05-18 25:00:00', '18/05/2026', '2026-05-18 20:61:00'])(
    'refuses %j',
    (text) => {
      expect(parseInstant(text)).toBeUndefined();
    },
  );

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(instant, (atMs) => expect(parseInstant(formatInstant(atMs))).toBe(atMs)),
      { numRuns: 1_000 },
    );
  });
});
