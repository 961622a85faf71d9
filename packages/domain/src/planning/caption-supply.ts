import type { CaptionSupply } from '../volume/index.js';
import { captionSlotsOf } from './caption-slots.js';
import { matchCaptions } from './match-captions.js';
import { structuresAround, usesWithNeighbours } from './surroundings.js';
import type { WeekInput } from './week-draft.js';

/**
 * Tells the volume decision which revenue slots of a week would get a caption: by the very matching that `assembleWeek` will make
 * for the counts that are decided.
 */
export function captionSupplyFor(
  input: Pick<WeekInput, 'creator' | 'week' | 'slots' | 'captions' | 'usesMs' | 'neighbours' | 'settings' | 'seed'>,
): CaptionSupply {
  const { creator, week, captions, settings, neighbours, seed } = input;
  const usesMs = usesWithNeighbours(input);
  const around = structuresAround(neighbours, week.startMs);
  return (slotsPerWeekday) => {
    const asked = slotsPerWeekday.flat();
    const contentTypes = asked.map((slot) => {
      const contentType = input.slots[slot];
      if (contentType === undefined) throw new Error(`bug: slot ${slot} of ${input.slots.length}`);
      return contentType;
    });
    const counts = slotsPerWeekday.map((day) => day.length);
    const slots = captionSlotsOf(contentTypes, counts, week, creator.timeZone);
    const match = matchCaptions({ slots, captions, usesMs, restDays: settings.restDays, ...around, seed });
    const unmatchedSlots = asked.filter((_, index) => match.captions[index] === undefined);
    if (unmatchedSlots.length === 0) return { unmatchedSlots };
    const lacking = new Set(unmatchedSlots.map((slot) => input.slots[slot] ?? ''));
    return { unmatchedSlots, reason: `no rested caption for ${[...lacking].sort().join(', ')}` };
  };
}
