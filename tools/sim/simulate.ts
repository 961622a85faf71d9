import { retiringStorages } from './async-storages.js';
import { realTimeFree } from './real-time-traps.js';
import { settleDown } from './settling.js';
import type { Scenario } from './scenario.js';
import { Worker } from './worker.js';
import { World, type Violation } from './world.js';
import { CREATOR_IDS } from './loads/sagas.js';

/** What a run came to. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly commits: number;
  readonly virtualMs: number;
  /** The whole trace, or its end. */
  readonly trace: readonly string[];
}

/** More steps than any run needs: one that goes on for ever is a violation too. */
const STEPS_MAX = 200_000;

/** Runs one scenario: a storm, then the calm in which everything must come to its end. A pure function of the scenario. */
export function simulate(scenario: Scenario, { isTraced = false } = {}): Promise<Outcome> {
  const world = new World(scenario, isTraced);
  const strayed = (what: string): void => world.violate('a run depends on its seed only', what);
  return retiringStorages(() =>
    realTimeFree(strayed, async () => {
      await populate(world);
      const workers = Array.from({ length: scenario.workers }, (_, i) => new Worker(world, i + 1));
      planOutages(world);
      const startMs = world.time.nowMs;
      const stormEndsMs = world.time.nowMs + scenario.stormMs;
      const isBroken = (): boolean => world.violation !== undefined || world.time.steps > STEPS_MAX;
      let isStormOver = false;
      world.time.after(scenario.stormMs, () => (isStormOver = true));
      await world.time.passUntil(() => isBroken() || isStormOver || world.time.nowMs > stormEndsMs);
      if (!isBroken()) await settleDown(world, workers, isBroken);
      if (world.time.steps > STEPS_MAX) world.violate('a world comes to rest', `${STEPS_MAX} steps`);
      const trace = isTraced ? world.trace.whole() : world.trace.end();
      const { violation, commits, time } = world;
      return { scenario, violation, steps: time.steps, commits, virtualMs: time.nowMs - startMs, trace };
    }),
  );
}

async function populate(world: World): Promise<void> {
  for (const creatorId of CREATOR_IDS) {
    const names = { creatorId, pageName: creatorId, displayName: creatorId, timeZone: 'UTC' };
    await world.stores.creators.save({ ...names, pageType: 'paid', fanCount: 1, isActive: true }, world.time.nowMs);
  }
}

function planOutages(world: World): void {
  const chance = world.chance('outages');
  for (const { fromMs, ms } of world.faults.outagesUntil(world.scenario.stormMs)) {
    const isSilent = chance.happens(0.5);
    world.time.after(fromMs, () => {
      if (!world.isCalm) world.beginOutage(isSilent);
    });
    world.time.after(fromMs + ms, () => world.endOutage());
  }
}
