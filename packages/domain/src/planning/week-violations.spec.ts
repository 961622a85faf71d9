import { STRUCTURES } from '../captions/index.js';
import { DAY_MS, MINUTE_MS, weekStartingOn } from '../time/index.js';
import { assembleWeek } from './assemble-week.js';
import { DEFAULT_PLAN_SETTINGS } from './plan-settings.js';
import type { PlanCaption, PlannedItem, WeekDraft, WeekInput } from './week-draft.js';
import { weekViolations } from './week-violations.js';

const captions: PlanCaption[] = [
  ...STRUCTURES.flatMap((structure, s) =>
    Array.from({ length: 30 }, (_, n) => ({
      captionId: 100 * s + n,
      isOwn: false,
      structure,
      contentType: n % 2 ? 'solo' : 'toy',
    })),
  ),
  ...Array.from({ length: 60 }, (_, n) => ({
    captionId: 1_000 + n,
    isOwn: false,
    structure: 'free' as const,
    contentType: undefined,
  })),
];

const input: WeekInput = {
  creator: { creatorId: 'c-1', timeZone: 'Europe/London', pageType: 'paid' },
  week: weekStartingOn('2026-11-23', 'Europe/London'),
  perDay: new Array(7).fill({ revenue: 3, engagement: 3, retention: 1 }),
  slots: Array.from({ length: 21 }, (_, slot) => (slot % 2 ? 'solo' : 'toy')),
  captions,
  usesMs: new Map(),
  neighbours: [],
  settings: DEFAULT_PLAN_SETTINGS,
  seed: 'a seed',
  priceUsdFor: () => 9.99,
  planFollowup: ({ scheduledAtMs }) => ({ atMs: scheduledAtMs + 25 * MINUTE_MS }),
};
const good = assembleWeek(input);

type Change = (item: PlannedItem, index: number) => Partial<PlannedItem>;
const firstOf = (type: PlannedItem['itemType']): number => good.items.findIndex(({ itemType }) => itemType === type);
/** The draft with one item changed: the first of its type. */
const changed = (type: PlannedItem['itemType'], change: Change): WeekDraft => ({
  ...good,
  items: good.items.map((item, index) => (index === firstOf(type) ? { ...item, ...change(item, index) } : item)),
});
const moved = (type: PlannedItem['itemType'], minutes: number): WeekDraft =>
  changed(type, ({ scheduledAtMs }) => ({ scheduledAtMs: scheduledAtMs + minutes * MINUTE_MS }));
const at = (index: number): PlannedItem => good.items[index] ?? (good.items[0] as PlannedItem);
const secondPpv = good.items.findIndex(({ itemType }, index) => itemType === 'ppv' && index > firstOf('ppv'));

it('finds nothing in a good draft', () => {
  expect(good.items).toHaveLength(7 * 10);
  expect(weekViolations(good, input)).toEqual([]);
});

it.each<[string, WeekDraft, RegExp]>([
  [
    'an item too few',
    { ...good, items: good.items.filter((_, i) => i !== firstOf('engagement')) },
    /has 2 of 3 engagement/,
  ],
  [
    'a lowering without a note',
    { ...good, lowered: [{ dayOfWeek: 0, category: 'revenue', by: 1, reason: 'no_room' }] },
    /0 notes/,
  ],
  ['a wrong rendering', changed('ppv', () => ({ time: '12:34' })), /shows on the wall clock as/],
  [
    'an item in quiet hours',
    changed('ppv', ({ scheduledAtMs }) => ({
      scheduledAtMs: scheduledAtMs - (scheduledAtMs % DAY_MS) + 5 * 60 * MINUTE_MS,
    })),
    /in quiet hours/,
  ],
  [
    'a round minute',
    changed('engagement', ({ scheduledAtMs }) => ({
      scheduledAtMs: Math.ceil(scheduledAtMs / (15 * MINUTE_MS)) * 15 * MINUTE_MS,
    })),
    /at a round minute/,
  ],
  ['an item of another day', changed('retention', () => ({ dayOfWeek: 4 })), /says it is of day 4/],
  ['an item of another week', moved('ppv', -7 * 1440), /outside the week/],
  [
    'two PPVs too near',
    changed('ppv', () => ({ scheduledAtMs: at(secondPpv).scheduledAtMs - 89 * MINUTE_MS })),
    /is 89 minutes from a ppv, less than 90/,
  ],
  [
    'a follow-up too near',
    changed('ppv_followup', () => ({ scheduledAtMs: at(secondPpv).scheduledAtMs - 4 * MINUTE_MS })),
    /is 4 minutes from a .*, less than 5/,
  ],
  ['a follow-up too early', moved('ppv_followup', -11), /is 14 minutes after its parent/],
  ['a follow-up of none', changed('ppv_followup', () => ({ parent: undefined })), /has no PPV as its parent/],
  ['a follow-up of another', changed('ppv_followup', () => ({ parent: secondPpv })), /has two follow-ups/],
  ['a content type that was not drawn', changed('ppv', () => ({ contentType: 'b_g' })), /not what its slot says/],
  ['slots out of order', changed('ppv', () => ({ slot: 2 })), /slots out of order/],
  ['a slot lost', { ...good, slotsTaken: 22 }, /22 are taken/],
  ['no caption', changed('ppv', () => ({ captionId: undefined })), /has no caption of the bank/],
  [
    'a caption of another structure',
    changed('ppv', ({ structure }) => ({ structure: structure === 'wall' ? 'winner' : 'wall' })),
    /has a .* caption for/,
  ],
  [
    'a wrong channel',
    changed('ppv', ({ channel }) => ({ channel: channel === 'wall_post' ? 'mass_message' : 'wall_post' })),
    /is a (wall_post|mass_message), not a/,
  ],
  ['a caption used twice', changed('ppv', () => ({ captionId: at(secondPpv).captionId })), /which is not rested/],
  ['a PPV caption on a free item', changed('engagement', () => ({ captionId: 1 })), /has a caption that is not free/],
  ['a free item without a caption', changed('engagement', () => ({ captionId: undefined })), /has no caption, though/],
  ['equal neighbours', changed('ppv', () => ({ structure: at(secondPpv).structure })), /PPVs follow each other/],
  ['a price on a free item', changed('retention', () => ({ priceUsd: 1 })), /has a price/],
])('finds %s', (_, draft, expected) => {
  expect(weekViolations(draft, input)).toContainEqual(expect.stringMatching(expected));
});

it('finds what the surroundings forbid', () => {
  const first = at(firstOf('ppv'));
  const stored = { itemType: 'ppv', structure: first.structure, captionId: first.captionId } as const;
  const before = { ...stored, scheduledAtMs: input.week.startMs - MINUTE_MS };
  const found = weekViolations(good, { ...input, neighbours: [before] });
  expect(found).toContainEqual(expect.stringMatching(/which is not rested/));
  expect(found).toContainEqual(expect.stringMatching(/PPVs follow each other/));
  const near = { ...stored, scheduledAtMs: first.scheduledAtMs - 60 * MINUTE_MS };
  expect(weekViolations(good, { ...input, neighbours: [near] })).toContainEqual(
    expect.stringMatching(/60 minutes from a ppv/),
  );
  const limited = { ...input, perDay: input.perDay.map((counts) => ({ ...counts, followups: 2 })) };
  expect(weekViolations(good, limited)).toContainEqual('day 0 has 3 follow-ups, more than 2');
});
