import { clamp } from '../arithmetic/index.js';
import { seededRandom, shuffled } from '../chance/index.js';
import type { Category } from '../history/index.js';
import { CATEGORIES } from '../history/index.js';
import { localTimeAt, MINUTE_MS } from '../time/index.js';
import { captionSlotsOf } from './caption-slots.js';
import { freeCaptionsFor } from './free-captions.js';
import { matchCaptions } from './match-captions.js';
import type { CaptionMatch } from './match-captions.js';
import { loosen, placeItems } from './place-items.js';
import type { KindCounts, Placement } from './search-places.js';
import { assertHourWeights, assertPlanSettings } from './plan-settings.js';
import { planFollowups } from './plan-followups.js';
import { preferredTimes } from './preferred-times.js';
import type { ItemType, Lowering, PlanCaption, PlannedItem, WeekDraft, WeekInput } from './week-draft.js';
import { structuresAround, usesWithNeighbours } from './surroundings.js';
import { weekMinutesOf } from './week-minutes.js';
import type { WeekMinutes } from './week-minutes.js';

/**
 * Lays out one week: what goes out when, with which caption. The rules of the spec, section 10, hold for every draft; they
 * are spelled out once more in `weekViolations`, which finds none in it. The same input gives the same draft.
 *
 * Where a day lacks room or a slot lacks a caption, the day has fewer items than asked for: `lowered` and `notes` say so. The
 * slots are used in chronological order, one per revenue item. An unmatched slot is taken, but nothing goes out for it.
 *
 * @throws {InvalidSettingsError} for settings outside their ranges, and for those under which no day has room.
 */
export function assembleWeek(input: WeekInput): WeekDraft {
  assertPlanSettings(input.settings);
  if (input.hourWeights) assertHourWeights(input.hourWeights);
  assertCounts(input);
  const { creator, week, settings, seed, neighbours } = input;

  const minutes = weekMinutesOf(creator.timeZone, week, settings, neighbours);
  const asked = input.perDay.map(({ revenue, engagement, retention }) => ({
    ppv: revenue,
    free: engagement + retention,
  }));
  let placement = place(asked, minutes, input);
  const withRoom = placement.perDay;

  const uses = usesWithNeighbours(input);
  const match = matchCaptions({
    slots: captionSlotsOf(
      input.slots,
      withRoom.map(({ ppv }) => ppv),
      week,
      creator.timeZone,
    ),
    captions: input.captions,
    usesMs: uses,
    restDays: settings.restDays,
    ...structuresAround(neighbours, week.startMs),
    seed,
  });
  const matched = matchedPerDay(withRoom, match);
  if (match.unmatchedCount > 0) placement = place(matched, minutes, input);

  const lowered = [...loweredByRoom(input, withRoom), ...loweredByCaptions(withRoom, matched)];
  const counts = CATEGORIES.map((category) => remaining(input, lowered, category));
  const perDay = input.perDay.map((_, day) => ({
    revenue: counts[0]?.[day] ?? 0,
    engagement: counts[1]?.[day] ?? 0,
    retention: counts[2]?.[day] ?? 0,
  }));
  const items = itemsOf(input, placement, minutes, perDay, match, uses);
  const withFollowups = joinFollowups(input, items);
  return {
    ...withFollowups,
    perDay,
    lowered,
    slotsTaken: match.captions.length,
    unmatchedSlots: match.captions.flatMap((caption, slot) => (caption ? [] : [slot])),
    notes: notesOf(input, lowered, withFollowups.refusedFollowups.length),
  };
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Of one category; thrice the bounds of the volume. */
const MOST_PER_DAY = 24;

function assertCounts({ perDay }: WeekInput): void {
  if (perDay.length !== 7) throw new Error(`bug: counts of ${perDay.length} days`);
  for (const counts of perDay) {
    for (const count of [...CATEGORIES.map((category) => counts[category]), counts.followups ?? 0]) {
      if (!Number.isInteger(count) || count < 0 || count > MOST_PER_DAY)
        throw new Error(`bug: a day has ${count} items`);
    }
  }
}

function place(
  wanted: readonly KindCounts[],
  minutes: WeekMinutes,
  { settings, hourWeights, seed }: WeekInput,
): Placement {
  const random = seededRandom(`${seed}|times`);
  const targets = wanted.map((counts, day) => preferredTimes(minutes, day, counts, settings, hourWeights, random));
  return loosen(placeItems(minutes, wanted, targets, settings), minutes, settings, random);
}

/** What each day keeps when its unmatched slots are left out. */
function matchedPerDay(withRoom: readonly KindCounts[], { captions }: CaptionMatch): KindCounts[] {
  let slot = 0;
  return withRoom.map(({ ppv, free }) => {
    const own = captions.slice(slot, slot + ppv);
    slot += ppv;
    return { ppv: own.filter((caption) => caption !== undefined).length, free };
  });
}

function loweredByRoom({ perDay }: WeekInput, withRoom: readonly KindCounts[]): Lowering[] {
  return perDay.flatMap(({ revenue, engagement, retention }, dayOfWeek) => {
    const { ppv = 0, free = 0 } = withRoom[dayOfWeek] ?? {};
    const missing = engagement + retention - free;
    // The larger category gives way first, engagement when they are alike.
    const even = Math.ceil((engagement - retention + missing) / 2);
    const fromEngagement = clamp(even, Math.max(0, missing - retention), Math.min(engagement, missing));
    const by = { revenue: revenue - ppv, engagement: fromEngagement, retention: missing - fromEngagement };
    return CATEGORIES.flatMap((category): Lowering[] =>
      by[category] > 0 ? [{ dayOfWeek, category, by: by[category], reason: 'no_room' }] : [],
    );
  });
}

function loweredByCaptions(withRoom: readonly KindCounts[], matched: readonly KindCounts[]): Lowering[] {
  return withRoom.flatMap(({ ppv }, dayOfWeek): Lowering[] => {
    const by = ppv - (matched[dayOfWeek]?.ppv ?? 0);
    return by > 0 ? [{ dayOfWeek, category: 'revenue', by, reason: 'no_caption' }] : [];
  });
}

function remaining({ perDay }: WeekInput, lowered: readonly Lowering[], category: Category): number[] {
  return perDay.map((counts, day) =>
    lowered
      .filter((lowering) => lowering.dayOfWeek === day && lowering.category === category)
      .reduce((count, { by }) => count - by, counts[category]),
  );
}

function itemsOf(
  input: WeekInput,
  placement: Placement,
  minutes: WeekMinutes,
  perDay: WeekDraft['perDay'],
  match: CaptionMatch,
  uses: ReadonlyMap<number, readonly number[]>,
): PlannedItem[] {
  const { seed, settings, creator } = input;
  const random = seededRandom(`${seed}|free items`);
  const freeTypes = perDay.flatMap(({ engagement, retention }) =>
    shuffled<ItemType>([...filled('engagement', engagement), ...filled('retention', retention)], random),
  );
  const atMs = placement.places.map(({ minute }) => minutes.startMs + minute * MINUTE_MS);
  const freeAtMs = atMs.filter((_, index) => !placement.places[index]?.isPpv);
  const freeCaptions = freeCaptionsFor(freeAtMs, input.captions, uses, settings.restDays, seed);
  const matchedSlots = match.captions.flatMap((caption, slot) => (caption ? [{ caption, slot }] : []));
  let freeIndex = 0;
  let ppvIndex = 0;
  return placement.places.map(({ day, isPpv }, index) => {
    const when = whenShown(creator.timeZone, atMs[index] ?? 0, day);
    if (isPpv) return ppvItem(input, when, matchedSlots[ppvIndex++]);
    const itemType = freeTypes[freeIndex];
    if (!itemType) throw new Error('bug: more free places than free items');
    return itemWithout(when, itemType, { captionId: freeCaptions[freeIndex++] });
  });
}

const filled = (itemType: ItemType, count: number): ItemType[] => new Array<ItemType>(count).fill(itemType);

type WhenShown = Pick<PlannedItem, 'scheduledAtMs' | 'date' | 'time' | 'dayOfWeek'>;

/** An item that costs nothing. */
function itemWithout(
  { scheduledAtMs, date, time, dayOfWeek }: WhenShown,
  itemType: ItemType,
  { captionId, parent }: { captionId?: number | undefined; parent?: PlannedItem },
): PlannedItem {
  return {
    itemType,
    channel: 'mass_message',
    scheduledAtMs,
    date,
    time,
    dayOfWeek,
    contentType: parent?.contentType,
    structure: parent?.structure,
    captionId,
    priceUsd: undefined,
    slot: undefined,
    parent: undefined,
  };
}

function ppvItem(
  { priceUsdFor }: WeekInput,
  { scheduledAtMs, date, time, dayOfWeek }: WhenShown,
  matched: { readonly caption: PlanCaption; readonly slot: number } | undefined,
): PlannedItem {
  if (!matched) throw new Error('bug: more PPV places than matched slots');
  const { captionId, structure, contentType } = matched.caption;
  if (structure === 'free' || contentType === undefined) throw new Error('bug: a PPV was matched with a free caption');
  return {
    itemType: 'ppv',
    channel: structure === 'wall' ? 'wall_post' : 'mass_message',
    scheduledAtMs,
    date,
    time,
    dayOfWeek,
    contentType,
    structure,
    captionId,
    priceUsd: priceUsdFor({ contentType, structure, captionId, scheduledAtMs }),
    slot: matched.slot,
    parent: undefined,
  };
}

function whenShown(timeZone: string, scheduledAtMs: number, dayOfWeek: number): WhenShown {
  const { date, minuteOfDay } = localTimeAt(timeZone, scheduledAtMs);
  const time = `${twoDigits(Math.floor(minuteOfDay / 60))}:${twoDigits(minuteOfDay % 60)}`;
  return { scheduledAtMs, date, time, dayOfWeek };
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** The items with their follow-ups among them, indices renewed. */
function joinFollowups(input: WeekInput, items: readonly PlannedItem[]): Pick<WeekDraft, 'items' | 'refusedFollowups'> {
  const outcomes = planFollowups(input, items);
  const entries = [
    ...items.map((item) => ({ item, parentItem: undefined as PlannedItem | undefined })),
    ...outcomes.flatMap(({ parent, atMs }) => {
      const parentItem = items[parent];
      if (atMs === undefined || !parentItem) return [];
      const when = whenShown(input.creator.timeZone, atMs, parentItem.dayOfWeek);
      const item = itemWithout(when, 'ppv_followup', { parent: parentItem });
      return [{ item, parentItem }];
    }),
  ].sort((a, b) => a.item.scheduledAtMs - b.item.scheduledAtMs);
  const indexOf = new Map(entries.map(({ item }, index) => [item, index]));
  const parentIndex = (item: PlannedItem | undefined): number | undefined => (item ? indexOf.get(item) : undefined);
  return {
    items: entries.map(({ item, parentItem }) => (parentItem ? { ...item, parent: parentIndex(parentItem) } : item)),
    refusedFollowups: outcomes.flatMap(({ parent, reason }) => {
      const index = parentIndex(items[parent]);
      return reason === undefined || index === undefined ? [] : [{ parent: index, reason }];
    }),
  };
}

function notesOf({ perDay }: WeekInput, lowered: readonly Lowering[], refusedCount: number): string[] {
  const notes = lowered.map(({ dayOfWeek, category, by, reason }) => {
    const asked = perDay[dayOfWeek]?.[category] ?? 0;
    const cause = reason === 'no_room' ? 'the day has no room for more' : 'no rested caption fits';
    return `${DAYS[dayOfWeek]}: ${by} of ${asked} ${category} items left out, ${cause}`;
  });
  return refusedCount > 0 ? [...notes, `${refusedCount} follow-ups refused, see the operation log`] : notes;
}
