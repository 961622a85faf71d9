import fc from 'fast-check';
import type { Structure } from '../captions/index.js';
import { STRUCTURES } from '../captions/index.js';
import { addDays, DAY_MS, HOUR_MS, instantAt, MINUTE_MS, weekStartingOn } from '../time/index.js';
import { assembleWeek } from './assemble-week.js';
import { DEFAULT_PLAN_SETTINGS } from './plan-settings.js';
import type { DayCounts, FollowupTime, PlanCaption, StoredItem, WeekInput } from './week-draft.js';
import { weekViolations } from './week-violations.js';

/** Weeks with a clock change among them, in zones that change at different hours and by different amounts. */
const WEEKS: readonly (readonly [zone: string, monday: string])[] = [
  ['America/Los_Angeles', '2026-03-02'],
  ['America/Los_Angeles', '2026-10-26'],
  ['Europe/London', '2026-03-23'],
  ['Europe/London', '2026-10-19'],
  ['Australia/Sydney', '2026-09-28'],
  ['Australia/Sydney', '2026-03-30'],
  ['Australia/Lord_Howe', '2026-09-28'],
  ['Australia/Lord_Howe', '2026-03-30'],
  ['America/Santiago', '2026-08-31'],
  ['America/Santiago', '2026-03-30'],
  ['America/Havana', '2026-10-26'],
  ['America/Havana', '2026-03-02'],
  ['Asia/Kathmandu', '2026-11-23'],
  ['Europe/Bucharest', '2026-11-23'],
  ['Pacific/Kiritimati', '2026-12-28'],
];
const CONTENT_TYPES = ['solo', 'b_g', 'toy', 'outdoor'];

const noFollowup = (): FollowupTime => ({ reason: 'none_wanted' });

function inputOf(zone: string, monday: string, rest: Partial<WeekInput> = {}): WeekInput {
  return {
    creator: { creatorId: 'c-1', timeZone: zone, pageType: 'paid' },
    week: weekStartingOn(monday, zone),
    perDay: new Array<DayCounts>(7).fill({ revenue: 4, engagement: 3, retention: 2 }),
    slots: Array.from({ length: 56 }, (_, slot) => CONTENT_TYPES[slot % CONTENT_TYPES.length] ?? ''),
    captions: plentyOfCaptions,
    usesMs: new Map(),
    neighbours: [],
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 'a seed',
    priceUsdFor: () => 19.99,
    planFollowup: ({ scheduledAtMs }) => ({ atMs: scheduledAtMs + 28.4 * MINUTE_MS }),
    ...rest,
  };
}

const plentyOfCaptions: readonly PlanCaption[] = Array.from({ length: 240 }, (_, n) => ({
  captionId: n + 1,
  isOwn: n % 3 === 0,
  structure: ([...STRUCTURES, 'free'] as const)[n % 4] ?? 'free',
  contentType: n % 4 === 3 ? undefined : CONTENT_TYPES[Math.floor(n / 4) % CONTENT_TYPES.length],
}));

const dayCounts = fc.record({
  revenue: fc.integer({ min: 0, max: 8 }),
  engagement: fc.integer({ min: 0, max: 6 }),
  retention: fc.integer({ min: 0, max: 4 }),
  followups: fc.integer({ min: 0, max: 5 }),
});

const captionBank = fc
  .array(
    fc.record({
      isOwn: fc.boolean(),
      structure: fc.constantFrom<Structure | 'free'>('winner', 'winner', 'bundle', 'wall', 'free'),
      contentType: fc.constantFrom(...CONTENT_TYPES, undefined),
      useDaysAgo: fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined }),
    }),
    { maxLength: 150 },
  )
  .map((captions) => captions.map((caption, n) => ({ ...caption, captionId: n + 1 })));

/** Minutes before the week's start or behind its end; a follow-up of Sunday's last PPV may lie inside. */
const storedItem = fc.record({
  itemType: fc.constantFrom('ppv', 'engagement', 'retention', 'ppv_followup'),
  side: fc.constantFrom('before', 'after'),
  minutes: fc.integer({ min: 1, max: 300 }),
  structure: fc.constantFrom(...STRUCTURES),
  captionId: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
} as const);

const followup = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 15, max: 45, noNaN: true }).map((gapMinutes) => ({ gapMinutes })) },
  { weight: 1, arbitrary: fc.constant({ reason: 'quiet_hours' }) },
);

const anyWeek = fc
  .record({
    place: fc.constantFrom(...WEEKS),
    perDay: fc.array(dayCounts, { minLength: 7, maxLength: 7 }),
    slots: fc.array(fc.constantFrom(...CONTENT_TYPES), { minLength: 56, maxLength: 56 }),
    bank: fc.oneof(captionBank, fc.constant(undefined)),
    stored: fc.array(storedItem, { maxLength: 8 }),
    hourWeights: fc.option(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 24, maxLength: 24 }), {
      nil: undefined,
    }),
    quietHours: fc.constantFrom(
      { fromMinute: 180, toMinute: 420 },
      { fromMinute: 1380, toMinute: 485 },
      { fromMinute: 0, toMinute: 0 },
    ),
    gaps: fc.oneof(
      { weight: 12, arbitrary: fc.constant([45, 90]) },
      { weight: 4, arbitrary: fc.constantFrom([30, 50], [61, 61], [45, 200], [120, 30]) },
    ),
    restDays: fc.constantFrom(30, 30, 0, 7),
    followups: fc.array(followup, { minLength: 1, maxLength: 7 }),
    seed: fc.string(),
  })
  .map((week) => ({ ...week, input: toInput(week) }));

interface AnyWeek {
  place: readonly [string, string];
  perDay: DayCounts[];
  slots: string[];
  bank: ({ useDaysAgo: number | undefined } & PlanCaption)[] | undefined;
  stored: {
    itemType: StoredItem['itemType'];
    side: 'before' | 'after';
    minutes: number;
    structure: Structure;
    captionId: number | undefined;
  }[];
  hourWeights: number[] | undefined;
  quietHours: { fromMinute: number; toMinute: number };
  gaps: readonly number[];
  restDays: number;
  followups: ({ gapMinutes: number } | { reason: string })[];
  seed: string;
}

function toInput({
  place: [zone, monday],
  bank,
  stored,
  hourWeights,
  quietHours,
  gaps,
  restDays,
  followups,
  ...rest
}: AnyWeek): WeekInput {
  const { startMs, endMs } = weekStartingOn(monday, zone);
  const [minGapMinutes = 45, ppvGapMinutes = 90] = gaps;
  const uses = (bank ?? []).flatMap(({ captionId, useDaysAgo }): [number, number[]][] =>
    useDaysAgo === undefined
      ? []
      : [[captionId, [useDaysAgo > 0 ? startMs - useDaysAgo * DAY_MS : endMs - useDaysAgo * DAY_MS]]],
  );
  return inputOf(zone, monday, {
    ...rest,
    captions: bank ?? plentyOfCaptions,
    usesMs: new Map(uses),
    neighbours: stored.map(({ itemType, side, minutes, structure, captionId }): StoredItem => {
      const isLateFollowup = itemType === 'ppv_followup' && side === 'before' && minutes < 45;
      const atMs =
        side === 'before'
          ? startMs + (isLateFollowup ? 1 : -1) * minutes * MINUTE_MS
          : endMs + (minutes - 1) * MINUTE_MS;
      return { itemType, scheduledAtMs: atMs, structure: itemType === 'ppv' ? structure : undefined, captionId };
    }),
    ...(hourWeights ? { hourWeights } : {}),
    settings: { ...DEFAULT_PLAN_SETTINGS, quietHours, minGapMinutes, ppvGapMinutes, restDays },
    planFollowup: ({ scheduledAtMs }) => {
      const drawn = followups[Math.floor(scheduledAtMs / MINUTE_MS) % followups.length] ?? { reason: 'none' };
      return 'reason' in drawn ? drawn : { atMs: scheduledAtMs + Math.round(drawn.gapMinutes * MINUTE_MS) };
    },
  });
}

describe('a draft', () => {
  it('breaks no rule, whatever the week, the volume, the bank, the neighbours and the settings', () => {
    const property = fc.property(anyWeek, ({ input }) =>
      expect(weekViolations(assembleWeek(input), input)).toEqual([]),
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it('is the same for the same input, in whatever order captions and neighbours come', () => {
    const property = fc.property(anyWeek, ({ input }) => {
      const reordered = {
        ...input,
        captions: [...input.captions].reverse(),
        neighbours: [...input.neighbours].reverse(),
      };
      expect(JSON.stringify(assembleWeek(reordered))).toBe(JSON.stringify(assembleWeek(input)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('has every item asked for up to 8 + 6 + 4 a day, on days of 23 and 25 hours too', () => {
    const property = fc.property(anyWeek, ({ place: [zone, monday], perDay, stored, hourWeights, input, seed }) => {
      const full = inputOf(zone, monday, {
        perDay,
        captions: enoughCaptions,
        neighbours: input.neighbours.map((item) => ({ ...item, captionId: undefined })),
        ...(hourWeights ? { hourWeights } : {}),
        seed,
      });
      const draft = assembleWeek(full);
      expect({ stored, lowered: draft.lowered }).toEqual({ stored, lowered: [] });
      expect(draft.perDay).toEqual(
        perDay.map(({ revenue, engagement, retention }) => ({ revenue, engagement, retention })),
      );
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('holds 18 items on every day of a week with a change', () => {
    for (const [zone, monday] of WEEKS) {
      const perDay = new Array<DayCounts>(7).fill({ revenue: 8, engagement: 6, retention: 4 });
      const input = inputOf(zone, monday, { perDay, captions: enoughCaptions });
      const draft = assembleWeek(input);
      expect({ zone, lowered: draft.lowered }).toEqual({ zone, lowered: [] });
      expect(weekViolations(draft, input)).toEqual([]);
    }
  });

  it('fills a day to the last place', () => {
    // 60 open minutes less the round ones: 20:01 and 20:46 are the only way to keep 45 minutes.
    const settings = { ...DEFAULT_PLAN_SETTINGS, quietHours: { fromMinute: 20 * 60 + 47, toMinute: 20 * 60 } };
    const perDay = new Array<DayCounts>(7).fill({ revenue: 0, engagement: 2, retention: 1 });
    const draft = assembleWeek(inputOf('Europe/London', '2026-11-23', { settings, perDay }));
    expect(draft.items.map(({ time }) => time)).toEqual(new Array(7).fill(['20:01', '20:46']).flat());
    expect(draft.lowered).toHaveLength(7);
    expect(draft.notes[0]).toBe('Monday: 1 of 2 engagement items left out, the day has no room for more');
  });

  it('keeps PPVs rather than free items when a day is short of room, and takes no slot for what it leaves out', () => {
    const settings = { ...DEFAULT_PLAN_SETTINGS, quietHours: { fromMinute: 22 * 60, toMinute: 20 * 60 } };
    const perDay = new Array<DayCounts>(7).fill({ revenue: 3, engagement: 1, retention: 1 });
    const draft = assembleWeek(inputOf('Europe/London', '2026-11-23', { settings, perDay }));
    expect(draft.perDay).toEqual(new Array(7).fill({ revenue: 2, engagement: 0, retention: 1 }));
    expect(draft.slotsTaken).toBe(14);
  });

  it('leaves out a PPV without a caption, with its slot, and says so', () => {
    const captions = plentyOfCaptions.filter(({ contentType }) => contentType !== 'toy');
    const draft = assembleWeek(inputOf('Europe/London', '2026-11-23', { captions }));
    expect(draft.unmatchedSlots).toEqual([2, 6, 10, 14, 18, 22, 26]);
    expect(draft.slotsTaken).toBe(28);
    expect(draft.perDay[0]).toEqual({ revenue: 3, engagement: 3, retention: 2 });
    expect(draft.notes).toContain('Monday: 1 of 4 revenue items left out, no rested caption fits');
  });

  it('puts more PPVs into hours that earned more', () => {
    const hourWeights = Array.from({ length: 24 }, (_, hour) => (hour >= 13 && hour < 17 ? 250 : 100));
    const inAfternoon = (weights: readonly number[] | undefined): number =>
      Array.from({ length: 20 }, (_, n) =>
        assembleWeek(
          inputOf('Europe/London', '2026-11-23', { seed: `${n}`, ...(weights ? { hourWeights: weights } : {}) }),
        ),
      )
        .flatMap(({ items }) => items)
        .filter(({ itemType, time }) => itemType === 'ppv' && time >= '13:00' && time < '17:00').length;
    expect(inAfternoon(hourWeights)).toBeGreaterThan(1.6 * inAfternoon(undefined));
  });

  it('looks different from day to day and from seed to seed', () => {
    const { items } = assembleWeek(inputOf('Europe/London', '2026-11-23'));
    const ppvTimes = items.filter(({ itemType }) => itemType === 'ppv').map(({ time }) => time);
    expect(new Set(ppvTimes).size).toBeGreaterThan(20);
    const other = assembleWeek(inputOf('Europe/London', '2026-11-23', { seed: 'another' }));
    expect(other.items.map(({ time }) => time)).not.toEqual(items.map(({ time }) => time));
  });
});

const enoughCaptions: readonly PlanCaption[] = CONTENT_TYPES.flatMap((contentType, type) =>
  STRUCTURES.flatMap((structure, s) =>
    Array.from({ length: 56 }, (_, n) => ({
      captionId: 1 + n + 56 * (s + 3 * type),
      isOwn: false,
      structure,
      contentType,
    })),
  ),
);

describe('follow-ups', () => {
  const zone = 'America/New_York';
  const monday = '2026-11-23';

  it('go to the day’s PPVs that are expected to earn most, at most four a day', () => {
    const perDay = new Array<DayCounts>(7).fill({ revenue: 6, engagement: 0, retention: 0 });
    const expectedRevenueUsd = ({ scheduledAtMs }: { scheduledAtMs: number }): number => -scheduledAtMs;
    const { items } = assembleWeek(inputOf(zone, monday, { perDay, expectedRevenueUsd, captions: enoughCaptions }));
    const tuesday = items.filter(({ dayOfWeek, itemType }) => dayOfWeek === 1 && itemType === 'ppv');
    const parents = items
      .filter(({ dayOfWeek, itemType }) => dayOfWeek === 1 && itemType === 'ppv_followup')
      .map(({ parent }) => items[parent ?? -1]);
    expect(parents).toEqual(tuesday.slice(0, 4));
  });

  it('count for their parent’s day when they fall after midnight', () => {
    const settings = { ...DEFAULT_PLAN_SETTINGS, quietHours: { fromMinute: 0, toMinute: 23 * 60 + 50 } };
    const perDay = new Array<DayCounts>(7).fill({ revenue: 1, engagement: 0, retention: 0 });
    const late = {
      ...settings,
      quietHours: { fromMinute: 45, toMinute: 23 * 60 + 50 },
      dayStartMinute: 23 * 60 + 50,
      dayEndMinute: 1440,
    };
    const { items } = assembleWeek(inputOf(zone, monday, { perDay, settings: late }));
    const sunday = items.filter(({ dayOfWeek }) => dayOfWeek === 6);
    expect(sunday.map(({ itemType }) => itemType)).toEqual(['ppv', 'ppv_followup']);
    expect(sunday[1]?.date).toBe(addDays(monday, 7));

    const none = assembleWeek(inputOf(zone, monday, { perDay, settings }));
    expect(none.items.every(({ itemType }) => itemType === 'ppv')).toBe(true);
    expect(none.refusedFollowups.map(({ reason }) => reason)).toEqual(new Array(7).fill('no_room'));
    expect(none.notes).toContain('7 follow-ups refused, see the operation log');
  });

  it('keep their distance from each other when they are drawn alike', () => {
    const perDay = new Array<DayCounts>(7).fill({ revenue: 2, engagement: 0, retention: 0 });
    const [dayStartMinute, dayEndMinute] = [20 * 60 + 20, 21 * 60 + 20];
    const quietHours = { fromMinute: dayEndMinute, toMinute: dayStartMinute };
    const settings = {
      ...DEFAULT_PLAN_SETTINGS,
      quietHours,
      dayStartMinute,
      dayEndMinute,
      minGapMinutes: 20,
      ppvGapMinutes: 20,
    };
    for (let n = 0; n < 20; n++) {
      const input = inputOf('Europe/London', monday, {
        perDay,
        settings,
        seed: `${n}`,
        planFollowup: ({ scheduledAtMs }) => ({
          atMs: scheduledAtMs - (scheduledAtMs % DAY_MS) + (21 * 60 + 12) * MINUTE_MS,
        }),
      });
      expect(weekViolations(assembleWeek(input), input)).toEqual([]);
    }
  });

  it('pass on the reason of a refusal', () => {
    const draft = assembleWeek(inputOf(zone, monday, { planFollowup: noFollowup }));
    expect(draft.refusedFollowups).toHaveLength(28);
    expect(draft.refusedFollowups[0]?.reason).toBe('none_wanted');
  });
});

describe('settings', () => {
  const refuse = (settings: Partial<typeof DEFAULT_PLAN_SETTINGS>) => () =>
    assembleWeek(inputOf('Europe/London', '2026-11-23', { settings: { ...DEFAULT_PLAN_SETTINGS, ...settings } }));

  it('under which no day has room are refused, as are numbers out of range', () => {
    expect(refuse({ quietHours: { fromMinute: 0, toMinute: 1440 } })).toThrow(/leaves no minute of a day/);
    expect(refuse({ quietHours: { fromMinute: 60, toMinute: 46 } })).not.toThrow();
    expect(refuse({ quietHours: { fromMinute: 61, toMinute: 60 } })).toThrow(/leaves no minute of a day/);
    expect(refuse({ minGapMinutes: 0 })).toThrow(/minGapMinutes is 0: give a whole number from 1 to 1440/);
    expect(refuse({ ppvGapMinutes: 90.5 })).toThrow(/ppvGapMinutes/);
    expect(refuse({ followupLimit: 5 })).toThrow(/from 0 to 4/);
    expect(refuse({ dayEndMinute: 480 })).toThrow(/dayEndMinute is 480: give a whole number from 481/);
    const hourWeights = new Array<number>(24).fill(0);
    expect(() => assembleWeek(inputOf('Europe/London', '2026-11-23', { hourWeights }))).toThrow(/hourWeights/);
  });
});

describe('the week beside stored ones', () => {
  const zone = 'Europe/London';
  const monday = '2026-11-23';
  const { startMs, endMs } = weekStartingOn(monday, zone);

  it('uses no caption that the next week has planned, and none that was sent less than 30 days ago', () => {
    const captions: PlanCaption[] = [
      { captionId: 1, isOwn: false, structure: 'winner', contentType: 'solo' },
      { captionId: 2, isOwn: false, structure: 'bundle', contentType: 'b_g' },
      { captionId: 3, isOwn: false, structure: 'wall', contentType: 'toy' },
    ];
    const perDay = new Array<DayCounts>(7).fill({ revenue: 0, engagement: 0, retention: 0 });
    perDay[0] = { revenue: 3, engagement: 0, retention: 0 };
    const planned = { itemType: 'ppv', scheduledAtMs: endMs + 20 * DAY_MS, structure: 'winner', captionId: 1 } as const;
    const usesMs = new Map([
      [2, [startMs - 30 * DAY_MS + HOUR_MS]],
      [3, [startMs - 30 * DAY_MS]],
    ]);
    const draft = assembleWeek(inputOf(zone, monday, { captions, perDay, usesMs, neighbours: [planned] }));
    expect(draft.items.filter(({ itemType }) => itemType === 'ppv').map(({ captionId }) => captionId)).toEqual([3]);
  });

  it('keeps its distance from an item just before its first minute', () => {
    const perDay = new Array<DayCounts>(7).fill({ revenue: 1, engagement: 0, retention: 0 });
    const settings = { ...DEFAULT_PLAN_SETTINGS, dayStartMinute: 0, dayEndMinute: 120 };
    const earliestBeside = (itemType: StoredItem['itemType']): string | undefined => {
      const stored = {
        itemType,
        scheduledAtMs: instantAt(zone, '2026-11-22', 1439),
        structure: undefined,
        captionId: undefined,
      };
      const times = Array.from({ length: 40 }, (_, n) =>
        assembleWeek(inputOf(zone, monday, { perDay, settings, neighbours: [stored], seed: `${n}` })),
      ).map(({ items }) => items[0]?.time ?? '');
      return times.sort()[0];
    };
    expect(earliestBeside('ppv')).toMatch(/^01:(29|[345]\d)$/);
    expect(earliestBeside('engagement')).toMatch(/^(00:4[4-9]|00:5\d|01:[01]\d)$/);
    expect(earliestBeside('ppv_followup')).toMatch(/^00:([0-3]\d|4[0-3])$/);
  });
});
