import { BusinessError } from '../outside.js';
import type { Engine } from '../engine.js';
import { doing, type Act } from './load.js';

const DEPENDENCIES = ['dependency-1', 'dependency-2'];

/** Clients that call what is sometimes down, behind a breaker. */
export const breakers: Act = async (engine, chance) => {
  const name = chance.pick(DEPENDENCIES);
  const ms = chance.pick([0, 0, 20, 400, 1_600]);
  await doing(engine, `call ${name}`, () => callDependency(engine, name, ms));
};

/** One guarded call. Those who look on are told when it goes out. */
export function callDependency(engine: Engine, name: string, ms = 0): Promise<string> {
  const { world, process } = engine;
  return engine.breakers.run(name, async (signal) => {
    engine.callsGoingOut.went(name, signal);
    const isDown = world.outside.isDown;
    await process.wait(ms);
    if (isDown) throw new BusinessError(`${name} is down`, false);
    return 'answered';
  });
}
