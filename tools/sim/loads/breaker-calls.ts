import { isErosError } from '@eros/domain';
import { DEPENDENCIES } from '../breaker-policies.js';
import type { Engine } from '../engine.js';
import { BusinessError } from '../outside.js';
import { doing, type Act } from './load.js';

/** Clients that call what is sometimes down, behind a breaker. */
export const breakers: Act = async (engine, chance) => {
  const name = chance.pick(DEPENDENCIES);
  const ms = chance.pick([0, 0, 20, 400, 1_600]);
  await doing(engine, `call ${name}`, () => callDependency(engine, name, ms));
};

/** One guarded call. Those who look on are told when it goes out, when it comes back, and when it is refused. */
export async function callDependency(engine: Engine, name: string, ms = 0): Promise<string> {
  const { world, node, process, callsGoingOut, breakers } = engine;
  try {
    return await breakers.run(name, async (signal) => {
      callsGoingOut.went(name, signal);
      const sinceMs = world.time.nowMs;
      const { isDown } = world.outside;
      await process.wait(ms);
      const { nowMs: atMs } = world.time;
      world.breakers.openings.cameBack(name, node, { atMs, isFailure: isDown, durationMs: atMs - sinceMs });
      if (isDown) throw new BusinessError(`${name} is down`, false);
      return 'answered';
    });
  } catch (error) {
    if (isErosError(error, 'circuit_open')) callsGoingOut.refused(name);
    throw error;
  }
}
