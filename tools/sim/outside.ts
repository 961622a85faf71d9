import type { BreakerPolicy } from '@eros/domain';
import { drawPolicies } from './breaker-policies.js';
import type { Chance } from './chance.js';
import { drawDefinitions, PLAN, type SimulatedDefinition } from './definitions.js';
import type { VirtualProcess } from './virtual-process.js';
import type { World } from './world.js';

export type { SimulatedDefinition } from './definitions.js';

/** What works and steps fail with on purpose. */
export class BusinessError extends Error {
  override readonly name = 'BusinessError';

  constructor(
    message: string,
    readonly terminal: boolean,
  ) {
    super(message);
  }
}

/** A thing outside the database that is done or undone, and refuses whoever comes with a lower fence than it has seen. */
interface Resource {
  fence: number;
  isDone: boolean;
}

/** What lies outside the database: the services that steps call, and a dependency that is sometimes down. */
export class Outside {
  readonly definitions: readonly SimulatedDefinition[];
  readonly breakerPolicies: ReadonlyMap<string, BreakerPolicy>;
  private readonly chance: Chance;
  private readonly resources = new Map<string, Resource>();
  private readonly downWindows: readonly { readonly fromMs: number; readonly untilMs: number }[];

  constructor(private readonly world: World) {
    const chance = world.chance('outside');
    this.chance = chance;
    this.definitions = drawDefinitions(world.chance('definitions'));
    this.breakerPolicies = drawPolicies(world.chance('breaker policies'));
    this.downWindows = Array.from({ length: 3 }, () => {
      const fromMs = world.time.nowMs + chance.between(0, world.scenario.stormMs);
      return { fromMs, untilMs: fromMs + chance.between(500, 4_000) };
    });
  }

  definition(name: string): SimulatedDefinition {
    const found = [...this.definitions, PLAN].find((each) => each.name === name);
    if (!found) throw new Error(`no saga "${name}" was simulated`);
    return found;
  }

  policyOf(name: string): BreakerPolicy {
    const found = this.breakerPolicies.get(name);
    if (!found) throw new Error(`no breaker "${name}" was simulated`);
    return found;
  }

  get isDown(): boolean {
    const { nowMs } = this.world.time;
    return !this.world.isCalm && this.downWindows.some(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs);
  }

  /** How a piece of work goes. Once all is calm, well. */
  turn(): 'well' | 'throws' | 'throws late' | 'gives up' | 'hangs' | 'slow' {
    if (this.world.isCalm) return 'well';
    return this.chance.weighted({ well: 70, throws: 10, 'throws late': 8, 'gives up': 2, hangs: 4, slow: 6 });
  }

  /** How long a piece of work takes. */
  workMs(): number {
    return this.chance.pick([0, 5, 50, 300]);
  }

  /** Does or undoes a thing. The request arrives even when whoever sent it is gone meanwhile. */
  async apply(process: VirtualProcess, key: string, fence: number, isDone: boolean): Promise<void> {
    const { world } = this;
    await new Promise<void>((arrive) => void world.time.after(this.chance.pick([0, 2, 100]), arrive));
    const resource = this.resources.get(key) ?? { fence: 0, isDone: false };
    const isRefused = fence < resource.fence;
    world.trace.note(
      'outside',
      `${key} ${isDone ? 'is done' : 'is undone'} by ${process.node}, fence ${fence}`,
      isRefused ? 'REFUSED' : '',
    );
    if (!isRefused) this.resources.set(key, { fence, isDone });
    await process.wait(0);
    if (isRefused) throw new BusinessError(`${key} has seen a higher fence than ${fence}`, false);
  }

  isDone(key: string): boolean {
    return this.resources.get(key)?.isDone ?? false;
  }
}
