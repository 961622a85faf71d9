import fc from 'fast-check';
import { seededRandom } from '../chance/index.js';
import { weekStartingOn } from '../time/index.js';
import { loosen, placeItems } from './place-items.js';
import { DEFAULT_PLAN_SETTINGS } from './plan-settings.js';
import type { PlanSettings } from './plan-settings.js';
import { preferredTimes } from './preferred-times.js';
import type { KindCounts, Placement } from './search-places.js';
import { FREE_FITS, PPV_FITS, weekMinutesOf } from './week-minutes.js';
import type { WeekMinutes } from './week-minutes.js';

function placed(
  minutes: WeekMinutes,
  wanted: readonly KindCounts[],
  settings: PlanSettings,
  seed = 'a seed',
): Placement {
  const random = seededRandom(seed);
  const targets = wanted.map((counts, day) => preferredTimes(minutes, day, counts, settings, undefined, random));
  return loosen(placeItems(minutes, wanted, targets, settings), minutes, settings, random);
}

/** What a patient planner of one kind of item gets: day by day, always the earliest minute that keeps the gap. */
function earliestFirst(minutes: WeekMinutes, wanted: readonly number[], gap: number): number[] {
  let free = 0;
  return wanted.map((count, day) => {
    let got = 0;
    for (let minute = minutes.dayFrom[day] ?? 0; minute < (minutes.dayFrom[day + 1] ?? 0) && got < count; minute++) {
      if (minute < free || !minutes.fits[minute]) continue;
      got += 1;
      free = minute + gap;
    }
    return got;
  });
}

const tightWeek = fc.record({
  place: fc.constantFrom(
    ['Europe/London', '2026-10-19'] as const,
    ['America/Los_Angeles', '2026-03-02'] as const,
    ['Australia/Lord_Howe', '2026-03-30'] as const,
  ),
  fromMinute: fc.integer({ min: 0, max: 1440 }),
  openMinutes: fc.integer({ min: 20, max: 400 }),
  gap: fc.integer({ min: 1, max: 130 }),
  counts: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 7, maxLength: 7 }),
  isPpv: fc.boolean(),
  seed: fc.string(),
});

it('leaves out an item only where no arrangement holds it', () => {
  const property = fc.property(
    tightWeek,
    ({ place: [zone, monday], fromMinute, openMinutes, gap, counts, isPpv, seed }) => {
      const quietHours = { fromMinute, toMinute: (fromMinute + 1440 - openMinutes) % 1440 };
      const settings = { ...DEFAULT_PLAN_SETTINGS, quietHours, minGapMinutes: isPpv ? 1 : gap, ppvGapMinutes: gap };
      const minutes = weekMinutesOf(zone, weekStartingOn(monday, zone), settings, []);
      const wanted = counts.map((count) => (isPpv ? { ppv: count, free: 0 } : { ppv: 0, free: count }));
      const { perDay } = placed(minutes, wanted, settings, seed);
      expect(perDay.map(({ ppv, free }) => ppv + free)).toEqual(earliestFirst(minutes, counts, gap));
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

it('keeps every gap and every closed minute, whatever kinds are mixed', () => {
  const mixedWeek = fc.record({
    wanted: fc.array(fc.record({ ppv: fc.integer({ min: 0, max: 4 }), free: fc.integer({ min: 0, max: 4 }) }), {
      minLength: 7,
      maxLength: 7,
    }),
    gaps: fc.constantFrom([45, 90], [20, 100], [50, 60], [70, 10]),
    openMinutes: fc.integer({ min: 60, max: 500 }),
    seed: fc.string(),
  });
  const property = fc.property(mixedWeek, ({ wanted, gaps, openMinutes, seed }) => {
    const [minGapMinutes = 45, ppvGapMinutes = 90] = gaps;
    const settings = {
      ...DEFAULT_PLAN_SETTINGS,
      quietHours: { fromMinute: openMinutes, toMinute: 1440 },
      minGapMinutes,
      ppvGapMinutes,
    };
    const minutes = weekMinutesOf('Europe/London', weekStartingOn('2026-11-23', 'Europe/London'), settings, []);
    const { places, perDay } = placed(minutes, wanted, settings, seed);
    perDay.forEach(({ ppv, free }, day) => {
      expect(places.filter((place) => place.day === day && place.isPpv)).toHaveLength(ppv);
      expect(places.filter((place) => place.day === day && !place.isPpv)).toHaveLength(free);
    });
    places.forEach(({ minute, day, isPpv }, index) => {
      expect((minutes.fits[minute] ?? 0) & (isPpv ? PPV_FITS : FREE_FITS)).toBeGreaterThan(0);
      expect(minute >= (minutes.dayFrom[day] ?? 0) && minute < (minutes.dayFrom[day + 1] ?? 0)).toBe(true);
      const next = places[index + 1];
      if (next) expect(next.minute - minute).toBeGreaterThanOrEqual(minGapMinutes);
      const nextPpv = places.slice(index + 1).find((place) => place.isPpv);
      if (isPpv && nextPpv) expect(nextPpv.minute - minute).toBeGreaterThanOrEqual(ppvGapMinutes);
    });
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('spreads a day’s items over its preferred stretch, PPVs and free items each by themselves', () => {
  const minutes = weekMinutesOf(
    'Europe/London',
    weekStartingOn('2026-11-23', 'Europe/London'),
    DEFAULT_PLAN_SETTINGS,
    [],
  );
  const wanted = new Array<KindCounts>(7).fill({ ppv: 4, free: 3 });
  const { places } = placed(minutes, wanted, DEFAULT_PLAN_SETTINGS);
  for (let day = 0; day < 7; day++) {
    const ppvs = places
      .filter((place) => place.day === day && place.isPpv)
      .map(({ minute }) => minutes.wallMinute[minute] ?? 0);
    // Four parts of 225 minutes from 08:00; a target lies in the middle half of its part, and gives way by less than a gap.
    ppvs.forEach((minute, part) => expect(Math.abs(minute - (480 + 225 * (part + 0.5)))).toBeLessThan(57 + 45));
  }
});

it('moves times off the five-minute raster', () => {
  const minutes = weekMinutesOf(
    'Europe/London',
    weekStartingOn('2026-11-23', 'Europe/London'),
    DEFAULT_PLAN_SETTINGS,
    [],
  );
  const { places } = placed(minutes, new Array<KindCounts>(7).fill({ ppv: 4, free: 3 }), DEFAULT_PLAN_SETTINGS);
  expect(places.filter(({ minute }) => minute % 5 !== 0).length).toBeGreaterThan(places.length / 2);
});

it('closes an hour that the wall clock shows a second time, so that no time of day names two instants', () => {
  const settings = { ...DEFAULT_PLAN_SETTINGS, quietHours: { fromMinute: 0, toMinute: 0 } };
  const openMinutes = (zone: string, monday: string): number[] => {
    const { fits, dayFrom } = weekMinutesOf(zone, weekStartingOn(monday, zone), settings, []);
    return [0, 6].map((day) => fits.subarray(dayFrom[day], dayFrom[day + 1]).filter((fit) => fit > 0).length);
  };
  expect(openMinutes('Europe/London', '2026-10-19')).toEqual([24 * 56, 24 * 56]);
  expect(openMinutes('Europe/London', '2026-03-23')).toEqual([24 * 56, 23 * 56]);
  expect(openMinutes('Australia/Lord_Howe', '2026-03-30')).toEqual([24 * 56, 24 * 56]);
});
