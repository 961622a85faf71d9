import { isErosError } from '@eros/domain';
import { DEPENDENCIES } from '../breaker-policies.js';
import type { Chance } from '../chance.js';
import type { Engine } from '../engine.js';
import { doing, type Act } from './load.js';

const OPERATORS = ['ann', 'ben'];

/** Operators who hold breakers open and closed, let go of them, and reset them. They take their time. */
export const breakerOrders: Act = async (engine, chance) => {
  const name = chance.pick(DEPENDENCIES);
  const why = { by: chance.pick(OPERATORS), reason: 'sim' };
  const order = chance.weighted({ hold: 40, release: 40, reset: 20 });
  await doing(engine, `${order} ${name} for ${why.by}`, () => {
    if (order === 'hold')
      return engine.breakers.hold(name, chance.pick(['open', 'closed']), drawHold(engine, why, chance));
    return engine.breakers[order](name, why);
  });
  await engine.process.wait(chance.between(500, 3_000));
};

function drawHold({ world }: Engine, why: { by: string; reason: string }, chance: Chance) {
  if (chance.happens(0.4)) return why;
  return { ...why, until: new Date(world.time.nowMs + chance.pick([1_000, 3_000, 8_000])) };
}

/** Ends all orders. */
export async function releaseAll({ breakers }: Engine, name: string): Promise<void> {
  for (;;) {
    try {
      await breakers.release(name, { by: 'the last one', reason: 'the storm is over' });
    } catch (error) {
      if (isErosError(error, 'breaker_not_held')) return;
      throw error;
    }
  }
}
