import fc from 'fast-check';
import { seededRandom } from '../chance/index.js';
import { CATEGORIES } from '../history/index.js';
import type { Send } from '../history/index.js';
import { DAY_MS } from '../time/index.js';
import { VOLUME_BOUNDS } from './base-volume.js';
import { slotsPerWeekday } from './caption-supply.js';
import type { CaptionSupply } from './caption-supply.js';
import { decideVolume } from './decide-volume.js';
import type { StoredHorizon } from './stored-horizon.js';
import type { VolumeDecision, VolumeInput, VolumeStep } from './volume-decision.js';

const asOfMs = Date.UTC(2026, 10, 23, 8); // a Monday morning in London
const MID_PAID = { fanCount: 2_000, pageType: 'paid', timeZone: 'Europe/London' } as const;

const send = (daysAgo: number, facts: Partial<Send> = {}): Send => ({
  messageId: `m${daysAgo}`,
  creatorId: 'c1',
  messageType: 'ppv',
  category: 'revenue',
  contentType: 'solo',
  captionId: undefined,
  sentAtMs: Math.round(asOfMs - daysAgo * DAY_MS),
  priceUsd: 20,
  sentCount: 2_000,
  viewedCount: 400,
  purchasedCount: 4,
  earningsUsd: 80,
  ...facts,
});

/** Four sends a day, six hours apart, for 90 days; each worth `worth(daysAgo)` of the usual. */
const fourADay = (worth: (daysAgo: number) => number): Send[] =>
  Array.from({ length: 360 }, (_, index) => {
    const daysAgo = 0.125 + index / 4;
    const part = worth(daysAgo);
    return send(daysAgo, { viewedCount: 400 * part, purchasedCount: 4 * part, earningsUsd: 80 * part });
  });

const stepOf = (decision: VolumeDecision, name: VolumeStep['step']) => decision.steps.find(({ step }) => step === name);
const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

describe('worked examples', () => {
  it('sends the base volume where nothing is known, and says that it is a fallback', () => {
    const decision = decideVolume({ creator: MID_PAID, sends: [send(1), send(2), send(3), send(4)], asOfMs });
    expect(decision).toMatchObject({
      tier: 'mid',
      saturationScore: 50,
      opportunityScore: 50,
      dataSource: 'fallback',
      confidenceScore: 0.2,
      messageCountAnalyzed: 4,
      perDay: { revenue: 4, engagement: 3, retention: 2 },
    });
    expect(decision.week.revenue).toEqual([4, 4, 4, 4, 4, 4, 4]);
    expect(decision.notes.map(({ step }) => step)).toEqual([
      'base',
      'fusion',
      'confidence',
      'learning',
      'elasticity',
      'captions',
      'weekdays',
      'followups',
    ]);
  });

  it('halved revenue, views and purchases for a week: 84.5 / 8, horizons diverge, one send a day less for the trend', () => {
    const decision = decideVolume({ creator: MID_PAID, sends: fourADay((daysAgo) => (daysAgo < 7 ? 0.5 : 1)), asOfMs });
    // 7d: 80/5, 14d: 95/5, 30d: 75/25; weights .5 .35 .15; trend -50, -25, -11.7.
    expect(decision.saturationScore).toBeCloseTo(84.5, 9);
    expect(decision.opportunityScore).toBeCloseTo(8, 9);
    expect(decision.revenueTrendPct).toBeCloseTo(-35.5, 9);
    expect(decision).toMatchObject({
      isDivergent: true,
      dataSource: 'calculated_on_demand',
      messageCountAnalyzed: 120,
      confidenceScore: 0.8,
    });
    expect(stepOf(decision, 'fusion')?.after).toEqual({ revenue: 2, engagement: 2, retention: 1 }); // x .7, then -1
    expect(stepOf(decision, 'confidence')?.after).toEqual({ revenue: 2, engagement: 2, retention: 2 }); // x .76, then -1
    expect(decision.flags).toEqual({
      multiHorizonUsed: true,
      confidenceDampened: true,
      learningApplied: false,
      elasticityCapped: false,
      captionConstrained: false,
      dowAdjusted: false,
    });
  });

  it('9.A6: does not treat a creator of hundreds of messages as new', () => {
    const stored = ([7, 14, 30] as const).map((days): StoredHorizon => ({
      trackingDate: '2026-11-22',
      days,
      sendCount: 130,
      saturation: 75,
      opportunity: 50,
      revenueTrendPct: 0,
    }));
    const decision = decideVolume({ creator: MID_PAID, sends: fourADay(() => 1), asOfMs, storedHorizons: stored });
    expect(decision).toMatchObject({ dataSource: 'cached_tracking', saturationScore: 75, confidenceScore: 0.8 });
    expect(decision.perDay.revenue).toBe(3); // 4 x .76 = 3.04
    const mixed = decideVolume({
      creator: MID_PAID,
      sends: fourADay(() => 1),
      asOfMs,
      storedHorizons: stored.slice(0, 1),
    });
    expect(mixed.dataSource).toBe('dynamic');
  });

  it('9.A9: weekly distribution and follow-ups see the volume after offset, cap and captions', () => {
    const sends = Array.from({ length: 90 }, (_, day) => {
      const volume = 2 + (day % 4) * 2; // 2, 4, 6, 8 a day; the total peaks at 4
      const earningsUsd = 100 * Math.exp(-volume / 4);
      return Array.from({ length: volume }, (_, index) => send(day + 0.5 + index / 50, { earningsUsd }));
    }).flat();
    const creator = { ...MID_PAID, fanCount: 20_000 };
    const capped = decideVolume({ creator, sends, asOfMs, learningOffset: { sendsPerDay: 2, guard: 'step' } });
    expect(capped.elasticity).toMatchObject({ verdict: 'declines', capPerDay: 4 });
    expect(stepOf(capped, 'elasticity')).toMatchObject({ before: { revenue: 8 }, after: { revenue: 4 } });
    expect(sum(capped.week.revenue)).toBe(28);
    expect(Math.max(...capped.followupsPerWeekday)).toBeLessThanOrEqual(4);
    expect(capped.flags).toMatchObject({ elasticityCapped: true, learningApplied: true });

    const uncapped = decideVolume({ creator, sends, asOfMs, settings: { capsByElasticity: false } });
    expect(uncapped.flags.elasticityCapped).toBe(false);
    expect(uncapped.perDay.revenue).toBeGreaterThan(4);

    const starved = decideVolume({
      creator,
      sends,
      asOfMs,
      captionSupply: (asked) => ({
        unmatchedSlots: asked.flatMap((slots) => slots.filter((slot) => slot % 4 > 0)),
        reason: 'few captions',
      }),
    });
    expect(starved.week.revenue).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(starved.perDay.revenue).toBe(1);
    expect(starved.flags.captionConstrained).toBe(true);
    expect(stepOf(starved, 'captions')?.reason).toBe('21 of 28 slots a week lack a caption: few captions');
    expect(starved.revenueSlots).toEqual([0, 4, 8, 12, 16, 20, 24]);
    expect(starved.slotsOffered).toBe(28);
    expect(starved.followupsPerWeekday).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('gives better weekdays more, and says which', () => {
    const sends = fourADay(() => 1).map((one) => {
      const isThursday = new Date(one.sentAtMs).getUTCDay() === 4;
      return isThursday ? { ...one, earningsUsd: 200 } : one;
    });
    const creator = { ...MID_PAID, timeZone: 'UTC' };
    const { week, flags, weekdayMultipliers } = decideVolume({ creator, sends, asOfMs });
    expect(week.revenue[3]).toBe(Math.max(...week.revenue));
    expect(week.revenue[3]).toBeGreaterThan(week.revenue[0] ?? 0);
    expect(weekdayMultipliers[3]).toBeGreaterThan(1);
    expect(flags.dowAdjusted).toBe(true);
    expect(decideVolume({ creator, sends, asOfMs, settings: { adjustsWeekdays: false } }).flags.dowAdjusted).toBe(
      false,
    );
  });

  it.each([
    [{ creator: { ...MID_PAID, fanCount: -1 } }, /fanCount is -1/],
    [{ creator: { ...MID_PAID, timeZone: 'Mars/Olympus' } }, /IANA/],
    [{ learningOffset: { sendsPerDay: 0.5, guard: 'step' } }, /learningOffset/],
    [{ settings: { followupsPerDayMax: 5 } }, /followupsPerDayMax is 5: give a whole number from 0 to 4/],
  ])('refuses %j', (wrong, message) => {
    expect(() => decideVolume({ creator: MID_PAID, sends: [], asOfMs, ...wrong })).toThrow(message);
  });
});

/** Histories of every kind: none, thin, thick, dead, falling, with free messages and sends of the future in between. */
const scattered = fc
  .record({
    seed: fc.nat(),
    sendCount: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 160 })),
    drift: fc.constantFrom(-3, -1, 0, 0, 1, 3),
    noise: fc.constantFrom(0, 0.3, 1),
  })
  .map(({ seed, sendCount, drift, noise }) => {
    const random = seededRandom(`history ${seed}`);
    const busyDay = 3 + Math.floor(random() * 85);
    return Array.from({ length: sendCount }, () => {
      const daysAgo = random() < 0.2 ? busyDay + random() : random() * 97 - 2;
      const worth = Math.max(0, 1 - (drift * (daysAgo - 20)) / 70) * (1 + noise * (random() - 0.5) * 2);
      return send(daysAgo, {
        category: random() < 0.85 ? 'revenue' : 'engagement',
        sentCount: Math.floor(random() * 3_000),
        viewedCount: Math.floor(random() * 400 * worth),
        purchasedCount: Math.floor(random() * 9 * worth),
        earningsUsd: Math.round(80 * worth),
      });
    });
  });
/** One to six sends a day; the more, the less each earns. */
const tiring = fc
  .record({ seed: fc.nat(), peak: fc.constantFrom(1.5, 3, 6), noise: fc.constantFrom(0, 0.4) })
  .map((world) => {
    const random = seededRandom(`tiring ${world.seed}`);
    return Array.from({ length: 60 }, (_, day) => {
      const volume = 1 + Math.floor(random() * 6);
      const earningsUsd = 100 * Math.exp(-volume / world.peak) * (1 + world.noise * (random() - 0.5) * 2);
      return Array.from({ length: volume }, (_, index) => send(day + 0.5 + index / 50, { earningsUsd }));
    }).flat();
  });
const history = fc.oneof({ weight: 4, arbitrary: scattered }, { weight: 1, arbitrary: tiring });
const stored = fc.array(
  fc.record({
    trackingDate: fc.constantFrom('2026-11-22', '2026-11-10', '2026-11-24'),
    days: fc.constantFrom<7 | 14 | 30>(7, 14, 30),
    sendCount: fc.nat({ max: 250 }),
    saturation: fc.option(fc.nat({ max: 100 }), { nil: undefined }),
    opportunity: fc.option(fc.nat({ max: 100 }), { nil: undefined }),
    revenueTrendPct: fc.option(fc.integer({ min: -40, max: 40 }), { nil: undefined }),
  }),
  { maxLength: 4 },
);
const anyInput: fc.Arbitrary<VolumeInput> = fc
  .record({
    fanCount: fc.constantFrom(0, 999, 1_000, 4_999, 5_000, 15_000, 90_000),
    pageType: fc.constantFrom<'paid' | 'free'>('paid', 'free'),
    timeZone: fc.constantFrom('America/Los_Angeles', 'Europe/London', 'Asia/Kathmandu'),
    sends: history,
    storedHorizons: stored,
    offset: fc.integer({ min: -9, max: 9 }),
    captions: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  })
  .map(({ fanCount, pageType, timeZone, sends, storedHorizons, offset, captions }) => {
    const input = { creator: { fanCount, pageType, timeZone }, sends, asOfMs, storedHorizons };
    const learningOffset = { sendsPerDay: offset, guard: 'any' };
    if (captions === undefined) return { ...input, learningOffset };
    const captionSupply: CaptionSupply = (asked) => ({ unmatchedSlots: asked.flat().slice(captions) });
    return { ...input, learningOffset, captionSupply };
  });

describe('for every input', () => {
  const holds = (check: (decision: VolumeDecision, input: VolumeInput) => void) =>
    fc.assert(
      fc.property(anyInput, (input) => check(decideVolume(input), input)),
      { numRuns: 1_000 },
    );

  it('the week is exact and every day inside the bounds, unless captions lack', () => {
    holds(({ week, perDay, pageType, steps }) => {
      const revenuePerWeek = steps.flatMap((step) => (step.step === 'captions' ? [step.after] : []))[0] ?? NaN;
      expect(sum(week.revenue)).toBe(revenuePerWeek);
      expect(sum(week.engagement)).toBe(7 * perDay.engagement);
      expect(sum(week.retention)).toBe(7 * perDay.retention);
      for (const category of CATEGORIES) {
        const { min, max } = VOLUME_BOUNDS[category];
        const low = category === 'revenue' && revenuePerWeek < 7 ? 0 : min;
        const isFine = (count: number) => Number.isInteger(count) && count >= low && count <= max;
        expect(week[category].filter((count) => !isFine(count))).toEqual([]);
      }
      if (pageType === 'free') expect(sum(week.retention)).toBe(0);
    });
  });

  it('a flag is set exactly when its step changed a number', () => {
    holds(({ flags, steps, horizons }) => {
      const changed = Object.fromEntries(
        steps.map(({ step, before, after }) => [step, JSON.stringify(before) !== JSON.stringify(after)]),
      );
      expect(flags).toEqual({
        multiHorizonUsed: changed['fusion'] === true && horizons.length >= 2,
        confidenceDampened: changed['confidence'],
        learningApplied: changed['learning'],
        elasticityCapped: changed['elasticity'],
        captionConstrained: changed['captions'],
        dowAdjusted: changed['weekdays'],
      });
      for (const { step, isChanged } of steps) expect(isChanged).toBe(changed[step]);
    });
  });

  it('every flag, data source and verdict comes up, so that the properties speak about all of them', () => {
    const seen = new Set<string>();
    holds(({ flags, dataSource, elasticity, isDivergent }) => {
      for (const [flag, isSet] of Object.entries(flags)) seen.add(`${flag} ${isSet}`);
      seen
        .add(dataSource)
        .add(`divergent ${isDivergent}`)
        .add(elasticity?.verdict ?? 'off');
    });
    expect([...seen].sort()).toEqual(
      [
        ...Object.keys(decideVolume({ creator: MID_PAID, sends: [], asOfMs }).flags).flatMap((flag) => [
          `${flag} true`,
          `${flag} false`,
        ]),
        ...['cached_tracking', 'calculated_on_demand', 'dynamic', 'fallback'],
        ...['divergent true', 'divergent false'],
        ...['declines', 'grows', 'too_close_to_tell', 'too_few_levels'],
      ].sort(),
    );
  });

  it('each step takes up the volume where the one before left it', () => {
    holds(({ steps, perDay, week, followupsPerWeekday }) => {
      const [base, fusion, confidence, learning, elasticity, captions, weekdays, followups] = steps;
      expect(fusion?.before).toEqual(base?.after);
      expect(confidence?.before).toEqual(fusion?.after);
      expect(learning?.before).toEqual(confidence?.after);
      expect(elasticity?.before).toEqual(learning?.after);
      expect(weekdays?.after).toEqual(week);
      expect(followups?.after).toEqual(followupsPerWeekday);
      if (captions?.step !== 'captions' || elasticity?.step !== 'elasticity') throw new Error('steps out of order');
      expect(captions.before).toBe(7 * elasticity.after.revenue);
      expect(captions.after).toBeLessThanOrEqual(captions.before ?? 0);
      expect(Math.abs(7 * perDay.revenue - captions.after)).toBeLessThanOrEqual(3.5);
    });
  });

  it('learning stays in the bounds, the cap never raises, and neither touches another category', () => {
    holds(({ steps }) => {
      for (const step of steps) {
        if (step.step !== 'learning' && step.step !== 'elasticity') continue;
        const { before, after } = step;
        expect(after.revenue).toBeGreaterThanOrEqual(VOLUME_BOUNDS.revenue.min);
        expect(after.revenue).toBeLessThanOrEqual(VOLUME_BOUNDS.revenue.max);
        expect({ ...after, revenue: 0 }).toEqual({ ...before, revenue: 0 });
        if (step.step === 'elasticity') expect(after.revenue).toBeLessThanOrEqual(before?.revenue ?? 0);
      }
    });
  });

  it('the caption supply matches every slot of the week decided', () => {
    holds(({ week, revenueSlots, slotsOffered }, { captionSupply }) => {
      expect(revenueSlots).toHaveLength(sum(week.revenue));
      expect(revenueSlots.every((slot, index) => slot < slotsOffered && slot >= index)).toBe(true);
      expect(captionSupply?.(slotsPerWeekday(revenueSlots, week.revenue)).unmatchedSlots ?? []).toEqual([]);
    });
  });

  it('follow-ups go with each day’s PPVs, at most 4', () => {
    holds(({ week, followupsPerWeekday }) => {
      followupsPerWeekday.forEach((count, day) => {
        expect(count).toBeLessThanOrEqual(Math.min(4, week.revenue[day] ?? 0));
        expect(count).toBeGreaterThanOrEqual(0);
      });
    });
  });

  it('the data source says where the scores came from', () => {
    holds(({ dataSource, horizons, saturationScore, opportunityScore }) => {
      const origins = [...new Set(horizons.map(({ horizon }) => horizon.origin))].sort().join('+');
      const expected =
        { '': 'fallback', messages: 'calculated_on_demand', stored: 'cached_tracking' }[origins] ?? 'dynamic';
      expect(dataSource).toBe(expected);
      if (dataSource === 'fallback') expect([saturationScore, opportunityScore]).toEqual([50, 50]);
    });
  });

  it('the same input gives the same decision, and nothing from asOf on or of other categories counts', () => {
    holds((decision, input) => {
      const text = JSON.stringify(decision);
      expect(JSON.stringify(decideVolume(input))).toBe(text);
      const known = input.sends.filter(({ sentAtMs, category }) => sentAtMs < asOfMs && category === 'revenue');
      expect(JSON.stringify(decideVolume({ ...input, sends: known }))).toBe(text);
    });
  });
});
