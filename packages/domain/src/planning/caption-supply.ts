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
  return (revenuePerWeekday) => {
    const slots = captionSlotsOf(input.slots, revenuePerWeekday, week, creator.timeZone);
    const match = matchCaptions({ slots, captions, usesMs, restDays: settings.restDays, ...around, seed });
    let next = 0;
    const matchedPerWeekday = revenuePerWeekday.map((count) => {
      const own = match.captions.slice(next, next + count);
      next += count;
      return own.filter((caption) => caption !== undefined).length;
    });
    const lacking = new Set(slots.flatMap(({ contentType }, slot) => (match.captions[slot] ? [] : [contentType])));
    if (lacking.size === 0) return { matchedPerWeekday };
    return { matchedPerWeekday, reason: `no rested caption for ${[...lacking].sort().join(', ')}` };
  };
}
