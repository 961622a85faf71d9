import type { Chance } from './chance.js';
import type { Fault } from './scenario.js';

/** What happens to one call to a store, besides what it does. */
export interface Fate {
  /** How long the request is under way, and the answer. */
  readonly toMs: number;
  readonly backMs: number;
  /** `refused`: it does not reach the store. `lost`: it does, but its answer does not come back. `twice`: it does so two times. */
  readonly fault?: 'refused' | 'lost' | 'twice';
  /** What befalls the process at this call, and whether the call has been carried out by then. */
  readonly blow?: { readonly type: 'crash' | 'pause'; readonly when: 'before' | 'after'; readonly ms: number };
}

const LEASE_MS = 3_000;

/** Draws the fate of each call. How much goes wrong differs from seed to seed. */
export class FaultPlan {
  isCalm = false;
  private readonly rate: number;

  constructor(
    private readonly kinds: readonly Fault[],
    private readonly chance: Chance,
  ) {
    this.rate = chance.pick([0.01, 0.03, 0.08]);
  }

  /** @param mayDouble whether a client could send it twice: it is answered the same, or says who it is for. */
  fateOf(mayDouble: boolean): Fate {
    const { chance } = this;
    const usual = { toMs: chance.pick([0, 0, 1, 2]), backMs: chance.pick([0, 0, 1, 3]) };
    if (this.isCalm || !chance.happens(this.rate)) return usual;
    const possible = this.kinds.filter(
      (kind) => kind !== 'outage' && kind !== 'skew' && (kind !== 'twice' || mayDouble),
    );
    if (possible.length === 0) return usual;
    const kind = chance.pick(possible);
    switch (kind) {
      case 'refused':
      case 'lost':
      case 'twice':
        return { ...usual, fault: kind };
      case 'slow': {
        const ms = chance.between(1, LEASE_MS);
        return chance.happens(0.5) ? { ...usual, toMs: ms } : { ...usual, backMs: ms };
      }
      case 'crash':
      case 'pause': {
        const ms = kind === 'pause' ? chance.pick([300, LEASE_MS, 2 * LEASE_MS]) : chance.between(0, 2 * LEASE_MS);
        return {
          ...usual,
          blow: { type: kind, when: chance.pick(['before', 'after']), ms: ms + chance.between(0, 300) },
        };
      }
      default:
        return usual;
    }
  }

  /** When the database cannot be reached, counted from the beginning: windows in order. */
  outagesUntil(endMs: number): { readonly fromMs: number; readonly ms: number }[] {
    if (!this.kinds.includes('outage')) return [];
    const count = this.chance.between(1, 2);
    return Array.from({ length: count }, () => ({
      fromMs: this.chance.between(0, endMs),
      ms: this.chance.between(100, 2 * LEASE_MS),
    }));
  }

  /** How far the clock of a process is off. */
  skewMs(): number {
    return this.kinds.includes('skew') ? this.chance.between(-300_000, 300_000) : 0;
  }
}

/** A store did not answer, or said no: what a driver throws when its connection breaks. */
export class StoreFaultError extends Error {
  override readonly name = 'StoreFaultError';
}
