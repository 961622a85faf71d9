import type { DatabaseEffect } from '../database-effects.js';
import type { Onlooker, World } from '../world.js';

/** Sees to it that what commits with its record is done once, and undone only after it. */
export class EffectOnlooker implements Onlooker {
  private seen = 0;
  private readonly done = new Set<string>();

  constructor(private readonly world: World) {}

  onCommit(changed: readonly string[]): void {
    if (!changed.includes('sim_effects')) return;
    const all = this.world.database.on().table<DatabaseEffect>('sim_effects').values();
    for (const { what } of all.slice(this.seen)) {
      const isOnce = what.startsWith('brief') || !this.done.has(what);
      this.world.demand(isOnce, 'an effect in a transaction happens once', what);
      if (what.startsWith('undo ')) {
        this.world.demand(this.done.has(what.slice('undo '.length)), 'only what was done is undone', what);
      }
      this.done.add(what);
    }
    this.seen = all.length;
  }

  isDone(what: string): boolean {
    return this.done.has(what);
  }
}
