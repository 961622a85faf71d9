import type { BreakerTransition, CircuitBreaker } from '@eros/domain';
import type { World } from '../world.js';

/** What a process is told of a breaker's transitions. */
export interface Heard extends BreakerTransition {
  readonly scope: 'fleet' | 'process';
}

interface NamedHistory {
  readonly name: string;
  readonly transitions: readonly BreakerTransition[];
}

/** Every transition is in the history, with the commit that made it, and every process is told each, once and in order. */
export class BreakerNews {
  private readonly told = new Map<string, number>();

  constructor(private readonly world: World) {}

  /** The history ends with this breaker's generation, in as many steps as the commit made. */
  recorded(name: string, before: CircuitBreaker | undefined, breaker: CircuitBreaker): void {
    const history = this.world.database.on().table<NamedHistory>('circuit_breaker_transitions').get(name);
    const made = (history?.transitions ?? []).filter(({ generation }) => generation > (before?.generation ?? 1));
    const expected = Array.from(
      { length: breaker.generation - (before?.generation ?? 1) },
      (_, i) => (before?.generation ?? 1) + i + 1,
    );
    const isWhole = made.map(({ generation }) => generation).join() === expected.join();
    this.world.demand(isWhole, 'the history has each transition once', name, before, breaker, made);
    const chain = history?.transitions.slice(-made.length - 1) ?? [];
    const isChain = chain.every(({ from, atMs }, i) => {
      const last = chain[i - 1];
      return !last || (from === last.to && atMs >= last.atMs);
    });
    this.world.demand(isChain, 'each transition begins where and when the last one ended', name, chain);
  }

  heard(node: string, { name, generation, scope }: Heard): void {
    if (scope === 'process') return;
    const last = this.told.get(`${node} ${name}`);
    this.told.set(`${node} ${name}`, generation);
    if (last === undefined) return;
    const isNext = generation === last + 1;
    this.world.demand(isNext, 'a process hears each transition once, in order', node, name, 'after', last, generation);
  }

  /** Whether the process has heard of the last transition, if it has heard of any. */
  isUpToDate(node: string, name: string, generation: number): boolean {
    return (this.told.get(`${node} ${name}`) ?? generation) === generation;
  }
}
