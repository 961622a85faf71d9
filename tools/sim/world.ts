import {
  MemoryBreakerStore,
  MemoryCreatorStore,
  MemoryDatabase,
  MemoryIdempotencyStore,
  MemoryOperationLog,
  MemoryRotationStore,
  MemorySagaStore,
} from '@eros/adapters';
import { Chance } from './chance.js';
import { presentAuthor, type Author } from './connection.js';
import { DatabaseEffects } from './database-effects.js';
import { FaultPlan } from './faults.js';
import { BreakerOnlooker } from './onlookers/breaker-onlooker.js';
import { EffectOnlooker } from './onlookers/effect-onlooker.js';
import { IdempotencyOnlooker } from './onlookers/idempotency-onlooker.js';
import { RotationOnlooker } from './onlookers/rotation-onlooker.js';
import { SagaOnlooker } from './onlookers/saga-onlooker.js';
import { Outside } from './outside.js';
import type { Scenario } from './scenario.js';
import { Trace } from './trace.js';
import type { VirtualProcess } from './virtual-process.js';
import { VirtualTime } from './virtual-time.js';

/** Something that must never be, and was. */
export interface Violation {
  readonly invariant: string;
  readonly facts: string;
  readonly step: number;
}

/** Looks on as commits are made, and compares what changed with who made it. */
export interface Onlooker {
  onCommit(changed: readonly string[], author: Author | undefined): void;
}

/** One database, the time of all, those who look on, and what was seen. */
export class World {
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly faults: FaultPlan;
  readonly outside: Outside;
  readonly database: MemoryDatabase;
  readonly stores;
  readonly sagas: SagaOnlooker;
  readonly operations: IdempotencyOnlooker;
  readonly breakers: BreakerOnlooker;
  readonly rotations: RotationOnlooker;
  readonly effects: EffectOnlooker;
  readonly authors = new WeakMap<object, Author>();
  readonly restartAfterMs = new Map<VirtualProcess, number>();
  /** After this time without an end a transaction is ended by the database. */
  readonly idleTransactionMs: number;
  violation: Violation | undefined;
  commits = 0;
  /** Present while the database cannot be reached. Silent: callers wait until it is over, and then fail. */
  outage: { readonly isSilent: boolean; readonly onEnd: (() => void)[] } | undefined;
  private readonly outageBegins = new Set<() => void>();
  private lastId = 0;

  constructor(
    readonly scenario: Scenario,
    isWhole = false,
  ) {
    this.time = new VirtualTime(this.chance('order').random);
    const startMs = this.time.nowMs;
    this.trace = new Trace(isWhole, () => {
      const [step, ms] = [this.time.steps, this.time.nowMs - startMs];
      return () => `${String(step).padStart(6)} ${(ms / 1000).toFixed(3).padStart(8)}`;
    });
    this.faults = new FaultPlan(scenario.faults, this.chance('faults'));
    this.idleTransactionMs = this.chance('idle').pick([2_000, 9_000]);
    this.database = new MemoryDatabase({ nowMs: () => this.time.nowMs }, (changed) => this.look(changed));
    this.stores = {
      creators: new MemoryCreatorStore(this.database),
      sagas: new MemorySagaStore(this.database),
      operations: new MemoryIdempotencyStore(this.database),
      breakers: new MemoryBreakerStore(this.database),
      rotations: new MemoryRotationStore(this.database),
      log: new MemoryOperationLog(this.database),
      effects: new DatabaseEffects(this.database),
    };
    this.outside = new Outside(this);
    this.sagas = new SagaOnlooker(this);
    this.operations = new IdempotencyOnlooker(this);
    this.breakers = new BreakerOnlooker(this);
    this.rotations = new RotationOnlooker(this);
    this.effects = new EffectOnlooker(this);
  }

  get isCalm(): boolean {
    return this.faults.isCalm;
  }

  chance(purpose: string): Chance {
    return new Chance(`${this.scenario.seed} ${purpose}`);
  }

  nextId(kind: string): string {
    return `${kind}-${(this.lastId += 1)}`;
  }

  /** Only the first is kept: what follows it may follow from it. */
  violate(invariant: string, ...facts: readonly unknown[]): void {
    if (this.violation) return;
    const told = facts.map((fact) => (typeof fact === 'string' ? fact : JSON.stringify(fact))).join(' ');
    this.violation = { invariant, facts: told, step: this.time.steps };
    this.trace.note('world', `VIOLATED: ${invariant}:`, told);
  }

  demand(holds: boolean, invariant: string, ...facts: readonly unknown[]): void {
    if (!holds) this.violate(invariant, ...facts);
  }

  onOutage(work: () => void): () => void {
    this.outageBegins.add(work);
    return () => void this.outageBegins.delete(work);
  }

  /** The database goes away, and with it every open transaction. */
  beginOutage(isSilent: boolean): void {
    if (this.outage) return;
    this.trace.note('world', 'the database is away');
    this.outage = { isSilent, onEnd: [] };
    for (const begin of [...this.outageBegins]) begin();
  }

  endOutage(): void {
    const { outage } = this;
    if (!outage) return;
    this.trace.note('world', 'the database is back');
    this.outage = undefined;
    for (const end of outage.onEnd) end();
  }

  private look(changed: readonly string[]): void {
    this.commits += 1;
    const author = presentAuthor();
    for (const onlooker of [this.operations, this.sagas, this.breakers, this.rotations, this.effects]) {
      try {
        onlooker.onCommit(changed, author);
      } catch (error) {
        this.violate(
          'whoever looks on can read what is committed',
          error instanceof Error ? (error.stack ?? '') : error,
        );
      }
    }
  }
}
