import { CATEGORIES } from '../history/index.js';
import { DAY_MS, instantAt, localTimeAt, MINUTE_MS } from '../time/index.js';
import { isQuiet } from './plan-settings.js';
import type { PlannedItem, WeekDraft, WeekInput } from './week-draft.js';

/**
 * Every rule of the spec, section 10, that a draft breaks, one sentence each; empty for a good one. It looks at the draft
 * from outside, item by item and pair by pair, and shares nothing with the assembly but the clock.
 *
 * It cannot tell whether a day that was lowered for want of room had some after all.
 */
export function weekViolations(draft: WeekDraft, input: WeekInput): string[] {
  return [
    ...countViolations(draft, input),
    ...timeViolations(draft, input),
    ...spacingViolations(draft, input),
    ...slotViolations(draft, input),
    ...captionViolations(draft, input),
    ...structureViolations(draft, input),
    ...followupViolations(draft, input),
  ];
}

const nameOf = (item: PlannedItem): string => `${item.itemType} of ${item.date} ${item.time}`;

const CATEGORY_OF = {
  ppv: 'revenue',
  engagement: 'engagement',
  retention: 'retention',
  ppv_followup: undefined,
} as const;

function* countViolations({ items, perDay, lowered, notes }: WeekDraft, input: WeekInput): Generator<string> {
  for (let day = 0; day < 7; day++) {
    for (const category of CATEGORIES) {
      const asked = input.perDay[day]?.[category] ?? 0;
      const has = items.filter((item) => item.dayOfWeek === day && CATEGORY_OF[item.itemType] === category).length;
      const less = lowered
        .filter((lowering) => lowering.dayOfWeek === day && lowering.category === category)
        .reduce((sum, { by }) => sum + by, 0);
      if (has !== perDay[day]?.[category])
        yield `day ${day} has ${has} ${category} items and says ${perDay[day]?.[category]}`;
      if (has + less !== asked)
        yield `day ${day} has ${has} of ${asked} ${category} items and says that ${less} are left out`;
    }
  }
  if (lowered.some(({ by }) => by <= 0)) yield 'a lowering lowers nothing';
  if (notes.length < lowered.length) yield `${lowered.length} lowerings, but ${notes.length} notes`;
}

function* timeViolations({ items }: WeekDraft, { creator, week, settings }: WeekInput): Generator<string> {
  for (const [index, item] of items.entries()) {
    const { date, minuteOfDay, dayOfWeek } = localTimeAt(creator.timeZone, item.scheduledAtMs);
    const time = `${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}:${String(minuteOfDay % 60).padStart(2, '0')}`;
    if (item.date !== date || item.time !== time) yield `${nameOf(item)} shows on the wall clock as ${date} ${time}`;
    if (isQuiet(minuteOfDay, settings.quietHours)) yield `${nameOf(item)} is in quiet hours`;
    if ([0, 15, 30, 45].includes(minuteOfDay % 60)) yield `${nameOf(item)} is at a round minute`;
    const before = items[index - 1];
    if (before && before.scheduledAtMs > item.scheduledAtMs) yield `${nameOf(item)} stands behind a later one`;
    if (item.itemType === 'ppv_followup') continue;
    if (item.dayOfWeek !== dayOfWeek) yield `${nameOf(item)} says it is of day ${item.dayOfWeek}`;
    if (item.scheduledAtMs < week.startMs || item.scheduledAtMs >= week.endMs)
      yield `${nameOf(item)} is outside the week`;
    if (instantAt(creator.timeZone, date, minuteOfDay) !== item.scheduledAtMs)
      yield `${nameOf(item)} is a second showing`;
  }
}

function* spacingViolations({ items }: WeekDraft, { neighbours, settings }: WeekInput): Generator<string> {
  for (const [index, item] of items.entries()) {
    for (const other of [...items.slice(index + 1), ...neighbours]) {
      const minutes = Math.abs(other.scheduledAtMs - item.scheduledAtMs) / MINUTE_MS;
      const isFollowup = item.itemType === 'ppv_followup' || other.itemType === 'ppv_followup';
      const areBothPpv = item.itemType === 'ppv' && other.itemType === 'ppv';
      const least = isFollowup
        ? settings.followupGapMinutes
        : Math.max(settings.minGapMinutes, areBothPpv ? settings.ppvGapMinutes : 0);
      if (minutes < least) yield `${nameOf(item)} is ${minutes} minutes from a ${other.itemType}, less than ${least}`;
    }
  }
}

function* slotViolations({ items, slotsTaken, unmatchedSlots }: WeekDraft, { slots }: WeekInput): Generator<string> {
  const used: number[] = [];
  for (const item of items) {
    if (item.itemType !== 'ppv') continue;
    if (item.slot === undefined) yield `${nameOf(item)} has no slot`;
    else used.push(item.slot);
    if (item.contentType !== slots[item.slot ?? -1])
      yield `${nameOf(item)} is ${item.contentType}, not what its slot says`;
  }
  if (used.some((slot, index) => slot <= (used[index - 1] ?? -1))) yield `slots out of order: ${used.join(', ')}`;
  const all = [...used, ...unmatchedSlots].sort((a, b) => a - b);
  if (all.length !== slotsTaken || all.some((slot, index) => slot !== index)) {
    yield `slots ${all.join(', ')} are used or unmatched, ${slotsTaken} are taken`;
  }
}

function* captionViolations({ items }: WeekDraft, input: WeekInput): Generator<string> {
  const { captions, usesMs, neighbours, settings } = input;
  const uses: { captionId: number; atMs: number }[] = [];
  for (const [captionId, instants] of usesMs) for (const atMs of instants) uses.push({ captionId, atMs });
  for (const { captionId, scheduledAtMs } of neighbours) {
    if (captionId !== undefined) uses.push({ captionId, atMs: scheduledAtMs });
  }
  const isFresh = (captionId: number, atMs: number): boolean =>
    uses.every((use) => use.captionId !== captionId || Math.abs(use.atMs - atMs) >= settings.restDays * DAY_MS);

  const bare: PlannedItem[] = [];
  for (const item of items) {
    const caption = captions.find(({ captionId }) => captionId === item.captionId);
    if (item.itemType === 'ppv') {
      if (!caption) yield `${nameOf(item)} has no caption of the bank`;
      else if (caption.structure !== item.structure || caption.contentType !== item.contentType) {
        yield `${nameOf(item)} (${item.structure}, ${item.contentType}) has a ${caption.structure} caption for ${caption.contentType}`;
      }
      const channel = item.structure === 'wall' ? 'wall_post' : 'mass_message';
      if (item.channel !== channel) yield `${nameOf(item)} is a ${item.channel}, not a ${channel}`;
    } else {
      if (item.captionId !== undefined && caption?.structure !== 'free')
        yield `${nameOf(item)} has a caption that is not free`;
      if (item.channel !== 'mass_message') yield `${nameOf(item)} is a ${item.channel}`;
      if (item.priceUsd !== undefined) yield `${nameOf(item)} has a price`;
      if (item.itemType !== 'ppv_followup' && item.captionId === undefined) bare.push(item);
    }
    if (item.captionId === undefined) continue;
    if (!isFresh(item.captionId, item.scheduledAtMs))
      yield `${nameOf(item)} has caption ${item.captionId}, which is not rested`;
    uses.push({ captionId: item.captionId, atMs: item.scheduledAtMs });
  }
  const idle = captions.filter(
    ({ structure, captionId }) => structure === 'free' && !items.some((i) => i.captionId === captionId),
  );
  for (const item of bare) {
    const missed = idle.find(({ captionId }) => isFresh(captionId, item.scheduledAtMs));
    if (missed) yield `${nameOf(item)} has no caption, though ${missed.captionId} is rested`;
  }
}

function* structureViolations({ items }: WeekDraft, { neighbours, week }: WeekInput): Generator<string> {
  const ppvs = [...items, ...neighbours]
    .filter(({ itemType }) => itemType === 'ppv')
    .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs);
  const isStored = ({ scheduledAtMs }: { scheduledAtMs: number }): boolean =>
    scheduledAtMs < week.startMs || scheduledAtMs >= week.endMs;
  for (const [index, item] of ppvs.entries()) {
    const before = ppvs[index - 1];
    if (!before || (isStored(before) && isStored(item))) continue;
    if (before.structure === item.structure)
      yield `two ${item.structure} PPVs follow each other at ${item.scheduledAtMs}`;
  }
}

function* followupViolations(
  { items, refusedFollowups }: WeekDraft,
  { perDay, settings }: WeekInput,
): Generator<string> {
  const parents = new Set<number>();
  const perParentDay = new Array<number>(7).fill(0);
  for (const item of items) {
    if (item.itemType !== 'ppv_followup') continue;
    const parent = items[item.parent ?? -1];
    if (parent?.itemType !== 'ppv') {
      yield `${nameOf(item)} has no PPV as its parent`;
      continue;
    }
    if (parents.has(item.parent ?? -1)) yield `${nameOf(parent)} has two follow-ups`;
    parents.add(item.parent ?? -1);
    perParentDay[parent.dayOfWeek] = (perParentDay[parent.dayOfWeek] ?? 0) + 1;
    const gapMinutes = (item.scheduledAtMs - parent.scheduledAtMs) / MINUTE_MS;
    if (gapMinutes < 15 || gapMinutes > 45) yield `${nameOf(item)} is ${gapMinutes} minutes after its parent`;
    if (item.dayOfWeek !== parent.dayOfWeek)
      yield `${nameOf(item)} says it is of day ${item.dayOfWeek}, not its parent's`;
  }
  for (const [day, count] of perParentDay.entries()) {
    const limit = Math.min(perDay[day]?.followups ?? settings.followupLimit, settings.followupLimit);
    if (count > limit) yield `day ${day} has ${count} follow-ups, more than ${limit}`;
  }
  for (const { parent } of refusedFollowups) {
    if (items[parent]?.itemType !== 'ppv' || parents.has(parent)) yield `item ${parent} is said to have no follow-up`;
  }
}
