import fc from 'fast-check';
import { HOUR_MS, instantAt, MINUTE_MS } from '../time/index.js';
import { allowedParts, planFollowup, type FollowupSeed } from './plan-followup.js';

const NIGHT = { fromMinute: 3 * 60, toMinute: 7 * 60 };
const NEVER = { fromMinute: 0, toMinute: 0 };
const parent = (parentMs: number, more: Partial<FollowupSeed> = {}): FollowupSeed => ({
  creatorId: 'c-1',
  parentKey: `ppv ${parentMs}`,
  parentMs,
  timeZone: 'America/Los_Angeles',
  quietHours: NIGHT,
  ...more,
});
const at = (date: string, hour: number, minute: number, zone = 'America/Los_Angeles') =>
  instantAt(zone, date, hour * 60 + minute);

/** The wall clock by Intl alone. */
const wallClock = (timeZone: string, atMs: number): number => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric' });
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  return (parts['hour'] ?? 0) * 60 + (parts['minute'] ?? 0);
};
const isQuietAt = ({ timeZone, quietHours: { fromMinute, toMinute } }: FollowupSeed, atMs: number): boolean => {
  const shown = wallClock(timeZone, atMs);
  if (fromMinute === toMinute) return false;
  const sinceBegin = (shown - fromMinute + 1440) % 1440;
  return sinceBegin < (toMinute - fromMinute + 1440) % 1440;
};

describe('a planned follow-up', () => {
  // Hours around changes of the clocks, in both directions, in zones that change by an hour, by half an hour, and at midnight.
  const changes: [string, number][] = [
    ['America/Los_Angeles', Date.UTC(2026, 2, 8, 10)],
    ['America/Los_Angeles', Date.UTC(2026, 10, 1, 9)],
    ['Europe/Berlin', Date.UTC(2026, 2, 29, 1)],
    ['Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
    ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
    ['Australia/Lord_Howe', Date.UTC(2026, 9, 3, 15, 30)],
    ['Africa/Cairo', Date.UTC(2026, 3, 23, 22)],
  ];
  const places = fc.oneof(
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -4 * HOUR_MS, max: 4 * HOUR_MS }))
      .map(([[zone, ms], off]) => ({ zone, ms: ms + off })),
    fc.record({
      zone: fc.constantFrom('America/Los_Angeles', 'Asia/Kathmandu', 'UTC', 'Pacific/Apia'),
      ms: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 0, 1) }),
    }),
  );
  const minute = fc.oneof(fc.integer({ min: 0, max: 1440 }), fc.constantFrom(0, 60, 120, 150, 180, 1410));
  const given = fc.record({ place: places, fromMinute: minute, toMinute: minute, parentKey: fc.string() });
  const seedOf = ({
    place: { zone, ms },
    fromMinute,
    toMinute,
    parentKey,
  }: {
    place: { zone: string; ms: number };
    fromMinute: number;
    toMinute: number;
    parentKey: string;
  }) =>
    parent(ms, { timeZone: zone, quietHours: { fromMinute: fromMinute % 1440, toMinute: toMinute % 1440 }, parentKey });

  it('is 15 to 45 minutes behind its parent and never in quiet hours, and is missing only where all the window is quiet', () => {
    fc.assert(
      fc.property(given, (input) => {
        const seed = seedOf(input);
        const planned = planFollowup(seed);
        const window = Array.from({ length: 61 }, (_, half) => seed.parentMs + 15 * MINUTE_MS + half * 30_000);
        if ('reason' in planned) {
          expect(planned.reason).toBe('quiet_hours');
          return expect(window.filter((atMs) => !isQuietAt(seed, atMs))).toEqual([]);
        }
        expect(Number.isInteger(planned.atMs)).toBe(true);
        expect(planned.atMs).toBeGreaterThanOrEqual(seed.parentMs + 15 * MINUTE_MS);
        expect(planned.atMs).toBeLessThanOrEqual(seed.parentMs + 45 * MINUTE_MS);
        expect(isQuietAt(seed, planned.atMs)).toBe(false);
        expect(planFollowup(seed)).toEqual(planned);
      }),
      { numRuns: 2_000 },
    );
  });

  it('may lie in every part that quiet hours leave, to the millisecond', () => {
    fc.assert(
      fc.property(given, (input) => {
        const seed = seedOf(input);
        const parts = allowedParts(seed);
        for (const [i, { from, to }] of parts.entries()) {
          expect([isQuietAt(seed, from), isQuietAt(seed, to)]).toEqual([false, false]);
          if (from > seed.parentMs + 15 * MINUTE_MS) expect(isQuietAt(seed, from - 1)).toBe(true);
          if (to < seed.parentMs + 45 * MINUTE_MS) expect(isQuietAt(seed, to + 1)).toBe(true);
          expect(to < (parts[i + 1]?.from ?? Infinity)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['02:14:59.999', at('2026-06-01', 2, 15) - 1, [[at('2026-06-01', 2, 30) - 1, at('2026-06-01', 3, 0) - 1]]],
    ['02:20', at('2026-06-01', 2, 20), [[at('2026-06-01', 2, 35), at('2026-06-01', 3, 0) - 1]]],
    ['02:45, all quiet', at('2026-06-01', 2, 45), []],
    ['06:15, one instant', at('2026-06-01', 6, 15), [[at('2026-06-01', 7, 0), at('2026-06-01', 7, 0)]]],
    ['06:20', at('2026-06-01', 6, 20), [[at('2026-06-01', 7, 0), at('2026-06-01', 7, 5)]]],
    ['01:50 when 02:00 becomes 03:00', at('2026-03-08', 1, 50), []],
    [
      '01:30 when 02:00 becomes 03:00',
      at('2026-03-08', 1, 30),
      [[at('2026-03-08', 1, 45), at('2026-03-08', 3, 0) - 1]],
    ],
    ['23:50, over midnight', at('2026-06-01', 23, 50), [[at('2026-06-02', 0, 5), at('2026-06-02', 0, 35)]]],
  ])('of a parent at %s has the parts of the window that are not quiet', (_, parentMs, parts) => {
    expect(allowedParts(parent(parentMs)).map(({ from, to }) => [from, to])).toEqual(parts);
    expect('reason' in planFollowup(parent(parentMs))).toBe(parts.length === 0);
  });

  it('is spread as the truncated normal: mean 28.56, sd 6.77, as measured on the predecessor', () => {
    const gaps = Array.from({ length: 20_000 }, (_, i) => {
      const planned = planFollowup(parent(Date.UTC(2026, 5, 1), { quietHours: NEVER, parentKey: `ppv-${i}` }));
      return 'atMs' in planned ? (planned.atMs - Date.UTC(2026, 5, 1)) / MINUTE_MS : NaN;
    });
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    const share = (from: number, to: number) => gaps.filter((gap) => gap >= from && gap < to).length / gaps.length;
    expect(Math.abs(mean - 28.56)).toBeLessThan(0.3);
    expect(Math.abs(sd - 6.77)).toBeLessThan(0.15);
    expect([share(0, 20), share(20, 30), share(40, 46)].map((s) => Math.round(s * 50))).toEqual([6, 24, 3]);
  });

  it('differs between parents and between creators', () => {
    const one = planFollowup(parent(0, { quietHours: NEVER }));
    expect(planFollowup(parent(0, { quietHours: NEVER, parentKey: 'other' }))).not.toEqual(one);
    expect(planFollowup(parent(0, { quietHours: NEVER, creatorId: 'c-2' }))).not.toEqual(one);
  });
});
