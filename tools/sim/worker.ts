import type { Chance } from './chance.js';
import { Engine } from './engine.js';
import { breakers } from './loads/breaker-calls.js';
import { breakerOrders } from './loads/breaker-orders.js';
import type { Act } from './loads/load.js';
import { operations } from './loads/operations.js';
import { planDefinition, plans } from './loads/plans.js';
import { rotations } from './loads/rotations.js';
import { definitionFor } from './loads/saga-steps.js';
import { sagas } from './loads/sagas.js';
import type { Load } from './scenario.js';
import type { World } from './world.js';

const ACTS: Readonly<Record<Load, Act>> = {
  operations,
  sagas,
  breakers,
  breaker_orders: breakerOrders,
  rotations,
  plans,
};
const CLIENTS = 2;

/** A machine that keeps an engine running: after a crash, or a stop that was asked for, there is soon another one. */
export class Worker {
  engine: Engine;
  private runs = 1;

  constructor(
    private readonly world: World,
    private readonly number: number,
  ) {
    this.engine = this.open();
  }

  private open(): Engine {
    const { world } = this;
    const engine = new Engine(world, `w${this.number}.${this.runs}`);
    world.trace.note(engine.node, 'starts');
    for (const definition of world.outside.definitions) engine.sagas.define(definitionFor(engine, definition));
    engine.sagas.define(planDefinition(engine));
    engine.process.onDeath(() => this.openLater(world.restartAfterMs.get(engine.process) ?? 0));
    void engine.sagas.start();
    for (let client = 1; client <= CLIENTS; client += 1) {
      engine.clients += 1;
      void this.serve(engine, world.chance(`client ${engine.node} ${client}`)).then(() => {
        engine.clients -= 1;
      });
    }
    return engine;
  }

  private openLater(ms: number): void {
    this.world.time.after(ms, () => {
      this.runs += 1;
      this.engine = this.open();
    });
  }

  /** One client after another comes to this engine, until it closes or the storm is over. */
  private async serve(engine: Engine, chance: Chance): Promise<void> {
    const { world } = this;
    const { loads } = world.scenario;
    if (loads.length === 0) return;
    for (;;) {
      await engine.process.wait(chance.pick([0, 10, 200, 1_000]));
      if (world.isCalm || engine.isClosing) return;
      if (chance.happens(0.01)) return this.restart(engine);
      await ACTS[chance.pick(loads)](engine, chance);
    }
  }

  private async restart(engine: Engine): Promise<void> {
    await engine.close();
    engine.process.crash();
  }
}
