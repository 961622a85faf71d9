import fc from 'fast-check';
import { STRUCTURES } from '../captions/index.js';
import type { Structure } from '../captions/index.js';
import { DAY_MS } from '../time/index.js';
import { matchCaptions } from './match-captions.js';
import type { CaptionSlot, MatchRequest } from './match-captions.js';
import type { PlanCaption } from './week-draft.js';

const slotsOn = (...contentTypes: string[]): CaptionSlot[] =>
  contentTypes.map((contentType, day) => ({ contentType, fromMs: day * DAY_MS, untilMs: (day + 1) * DAY_MS }));

let nextId = 1;
const caption = (structure: Structure | 'free', contentType = 'solo', isOwn = false): PlanCaption => ({
  captionId: nextId++,
  isOwn,
  structure,
  contentType,
});

const requestOf = (slots: CaptionSlot[], captions: PlanCaption[], rest: Partial<MatchRequest> = {}): MatchRequest => ({
  slots,
  captions,
  usesMs: new Map(),
  restDays: 30,
  seed: 'a seed',
  ...rest,
});

/** The most slots that can be matched, by trying everything. */
function mostMatches({ slots, captions, usesMs, restDays, before, after }: MatchRequest): number {
  const isFresh = ({ captionId }: PlanCaption, { fromMs, untilMs }: CaptionSlot): boolean =>
    (usesMs.get(captionId) ?? []).every(
      (atMs) => atMs <= fromMs - restDays * DAY_MS || atMs >= untilMs + restDays * DAY_MS,
    );
  const used = new Set<PlanCaption>();
  const from = (index: number, last: string | undefined, count: number): number => {
    const slot = slots[index];
    if (!slot) return count > 0 && after !== undefined && last === after ? -1 : count;
    let most = from(index + 1, last, count);
    for (const choice of captions) {
      if (used.has(choice) || choice.structure === 'free' || choice.structure === last) continue;
      if (choice.contentType !== slot.contentType || !isFresh(choice, slot)) continue;
      used.add(choice);
      most = Math.max(most, from(index + 1, choice.structure, count + 1));
      used.delete(choice);
    }
    return most;
  };
  return from(0, before, 0);
}

describe('matching', () => {
  const smallCase = fc
    .record({
      contentTypes: fc.array(fc.constantFrom('solo', 'toy'), { maxLength: 6 }),
      bank: fc.array(
        fc.record({
          structure: fc.constantFrom<Structure | 'free'>('winner', 'winner', 'bundle', 'wall', 'free'),
          contentType: fc.constantFrom('solo', 'toy', undefined),
          isOwn: fc.boolean(),
          useDay: fc.option(fc.constantFrom(-40, -29, -28, -27, -26, 33, 34, 35, 36), { nil: undefined }),
        }),
        { maxLength: 8 },
      ),
      before: fc.constantFrom(undefined, ...STRUCTURES),
      after: fc.constantFrom(undefined, ...STRUCTURES),
      seed: fc.string(),
    })
    .map(({ contentTypes, bank, before, after, seed }) => {
      const captions = bank.map(({ structure, contentType, isOwn }, n) => ({
        captionId: n,
        structure,
        contentType,
        isOwn,
      }));
      const uses = bank.flatMap(({ useDay }, n): [number, number[]][] =>
        useDay === undefined ? [] : [[n, [useDay * DAY_MS]]],
      );
      return requestOf(slotsOn(...contentTypes), captions, { usesMs: new Map(uses), before, after, seed });
    });

  it('leaves no slot open in a small week that any choice of captions could fill', () => {
    const property = fc.property(smallCase, (request) => {
      const { captions, unmatchedCount } = matchCaptions(request);
      expect(captions).toHaveLength(request.slots.length);
      expect(request.slots.length - unmatchedCount).toBe(mostMatches(request));
      expect(captions.filter((chosen) => chosen === undefined)).toHaveLength(unmatchedCount);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('uses up a bank that does not suffice for a full week', () => {
    const types = ['solo', 'toy', 'b_g', 'outdoor'];
    const captions = types.flatMap((type) =>
      STRUCTURES.flatMap((structure) => Array.from({ length: type === 'toy' ? 3 : 4 }, () => caption(structure, type))),
    );
    const slots = slotsOn(...Array.from({ length: 56 }, (_, n) => types[n % 4] ?? ''));
    expect(captions).toHaveLength(45);
    expect(matchCaptions(requestOf(slots, captions)).unmatchedCount).toBe(56 - 45);
  });

  it('matches one slot only when all captions have one structure: a gap parts no neighbours', () => {
    const captions = [caption('winner'), caption('winner', 'toy'), caption('winner')];
    expect(matchCaptions(requestOf(slotsOn('solo', 'toy', 'solo'), captions)).unmatchedCount).toBe(2);
  });

  it('minds the PPVs of the neighbouring weeks', () => {
    const captions = [caption('winner'), caption('bundle'), caption('wall')];
    const structures = (rest: Partial<MatchRequest>): unknown[] =>
      matchCaptions(requestOf(slotsOn('solo', 'solo'), captions, rest)).captions.map((chosen) => chosen?.structure);
    expect(structures({ before: 'winner', after: 'bundle' })).not.toEqual(['winner', expect.anything()]);
    expect(structures({ before: 'winner' })[0]).not.toBe('winner');
    expect(structures({ after: 'bundle' })[1]).not.toBe('bundle');
    expect(structures({ before: 'wall', after: 'wall' }).sort()).toEqual(['bundle', 'winner']);
  });

  it('takes own captions before shared ones, then the longest rested', () => {
    const [shared, recent, old, never] = [
      caption('winner'),
      caption('winner', 'solo', true),
      caption('winner', 'solo', true),
      caption('winner'),
    ];
    const usesMs = new Map([
      [recent.captionId, [-31 * DAY_MS]],
      [old.captionId, [-90 * DAY_MS]],
      [shared.captionId, [-80 * DAY_MS]],
    ]);
    const first = (...captions: PlanCaption[]): unknown =>
      matchCaptions(requestOf(slotsOn('solo'), captions, { usesMs })).captions[0];
    expect(first(shared, recent, old, never)).toBe(old);
    expect(first(shared, recent)).toBe(recent);
    expect(first(shared, never)).toBe(never);
  });

  it('takes a caption before a later planned use needs its rest', () => {
    const [planned, other] = [caption('winner'), caption('winner', 'solo', true)];
    const bundle = caption('bundle', 'toy');
    const usesMs = new Map([[planned.captionId, [31 * DAY_MS]]]);
    const { captions } = matchCaptions(requestOf(slotsOn('solo', 'toy', 'solo'), [planned, other, bundle], { usesMs }));
    expect(captions).toEqual([planned, bundle, other]);
  });

  it('leaves the choice among equals to the seed', () => {
    const captions = Array.from({ length: 20 }, () => caption('winner'));
    const chosen = Array.from(
      { length: 30 },
      (_, n) => matchCaptions(requestOf(slotsOn('solo'), captions, { seed: `${n}` })).captions[0],
    );
    expect(new Set(chosen).size).toBeGreaterThan(8);
  });
});
