import { isErosError, type RotationPattern } from '@eros/domain';
import type { Chance } from '../chance.js';
import type { Engine } from '../engine.js';
import { doing, type Act } from './load.js';
import { CREATOR_IDS } from './sagas.js';

/** Clients that draw from a creator's rotation, and change it. */
export const rotations: Act = async (engine, chance) => {
  const creatorId = chance.pick(CREATOR_IDS);
  switch (chance.weighted({ draw: 60, start: 10, rotate: 10, pause: 8, resume: 8, preview: 4 })) {
    case 'draw':
      return doing(engine, `draw for ${creatorId}`, () => draw(engine, creatorId, chance.between(1, 5)));
    case 'start':
      return doing(engine, `start rotation of ${creatorId}`, () =>
        engine.rotations.start(creatorId, patternOf(chance)),
      );
    case 'rotate':
      return doing(engine, `rotate ${creatorId}`, () =>
        engine.rotations.rotate(creatorId, chance.happens(0.7) ? patternOf(chance) : undefined),
      );
    case 'pause':
      return doing(engine, `pause ${creatorId}`, () => engine.rotations.pause(creatorId));
    case 'resume':
      return doing(engine, `resume ${creatorId}`, () => engine.rotations.resume(creatorId));
    case 'preview':
      return doing(engine, `preview ${creatorId}`, () => engine.rotations.preview(creatorId, 3));
  }
};

/** Gives the creator a rotation if it has none, as a plan does. */
export async function ensureRotation(engine: Engine, creatorId: string, chance: Chance): Promise<void> {
  try {
    await engine.rotations.start(creatorId, patternOf(chance));
  } catch (error) {
    if (!isErosError(error, 'invalid_transition')) throw error;
  }
}

async function draw(engine: Engine, creatorId: string, count: number): Promise<string[]> {
  const slots = await engine.rotations.draw(creatorId, count);
  engine.world.rotations.toldCaller(engine.node, slots);
  return slots;
}

function patternOf(chance: Chance): RotationPattern {
  const content_types = ['solo', 'b_g', 'toys', 'feet', 'shower', 'tease'].slice(0, chance.between(2, 6));
  const sequence_type = chance.pick(['round_robin', 'shuffled_cycle', 'weighted_random'] as const);
  return {
    content_types,
    sequence_type,
    weights: Object.fromEntries(content_types.map((type) => [type, 1 / content_types.length])),
    cycle_length_days: 7,
    avoid_repeat_within: chance.between(1, Math.min(3, content_types.length)),
  };
}
