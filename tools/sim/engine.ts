import { createHash } from 'node:crypto';
import * as domain from '@eros/domain';
import type { ChangeSignal, Logger } from '@eros/domain';
import { Connection } from './connection.js';
import { CircuitBreakers, Idempotency, Rotations, Sagas } from './engine-parts.js';
import { CallsGoingOut } from './onlookers/calls-going-out.js';
import { VirtualProcess } from './virtual-process.js';
import type { World } from './world.js';

export const LEASE_MS = 3_000;
export const TRANSACTION_TIMEOUT_MS = 900;

const revive = domain.reviverOf({ ...domain });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One engine in a process of its own: the real services, on a connection that things happen to. */
export class Engine {
  readonly process: VirtualProcess;
  readonly connection: Connection;
  readonly callsGoingOut: CallsGoingOut;
  readonly stores;
  readonly sagas: Sagas;
  readonly idempotency: Idempotency;
  readonly breakers: CircuitBreakers;
  readonly rotations: Rotations;
  isClosing = false;
  /** Clients that may still be waiting for an answer. */
  clients = 0;
  /** Timers of the engine's that are still to fire. */
  timers = 0;

  constructor(
    readonly world: World,
    readonly node: string,
  ) {
    this.process = new VirtualProcess(node, world.faults.skewMs(), world);
    const { process } = this;
    this.callsGoingOut = new CallsGoingOut(world, process);
    this.connection = new Connection(world, process, this.callsGoingOut);
    const to = <Store extends object>(label: string, store: Store): Store => this.connection.to(label, store);
    const { creators, sagas, operations, breakers, rotations, log, effects } = world.stores;
    this.stores = { rotations: to('rotations', rotations), effects: to('effects', effects), log: to('log', log) };
    const database: Pick<Connection, 'transaction'> = {
      transaction: (work, options) => this.connection.transaction(work, options),
    };
    const ports = {
      node,
      sha256,
      revive,
      logger: this.logger(),
      clock: { nowMs: () => process.nowMs() },
      ids: { next: () => world.nextId('id') },
      databaseName: node,
      schedule: (work: () => void, afterMs: number) => this.schedule(work, afterMs),
      random: world.chance(`engine ${node}`).random,
      creators,
      unitOfWork: database,
      database,
      keepAlive: () => () => undefined,
      isInsideTransaction: () => world.database.isInsideTransaction(),
    };
    const limits = { leaseMs: LEASE_MS, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS };
    const recoveriesMax = world.chance('recoveries').pick([3, 20]);
    this.sagas = new Sagas({ ...ports, store: to('sagas', sagas) }, { ...limits, recoveriesMax });
    this.idempotency = new Idempotency({ ...ports, store: to('operations', operations) }, limits);
    this.breakers = new CircuitBreakers(
      { ...ports, store: to('breakers', breakers), ...this.news() },
      { policies: Object.fromEntries(world.outside.breakerPolicies) },
    );
    this.breakers.onTransition((transition) => world.breakers.news.heard(node, transition));
    this.rotations = new Rotations({ ...ports, rotations: this.stores.rotations, operations: this.stores.log });
  }

  /** Some worlds tell of changes, late and not always; the others leave it to reading every now and then. */
  private news(): { readonly changes?: Pick<ChangeSignal, 'subscribe'> } {
    const { world, process, node } = this;
    if (!world.chance('news').happens(0.5)) return {};
    const chance = world.chance(`news of ${node}`);
    const subscribe: ChangeSignal['subscribe'] = (listener) =>
      world.database.changes.subscribe((topic) => {
        if (!chance.happens(0.2)) process.schedule(() => listener(topic), chance.pick([0, 2, 50]));
      });
    return { changes: { subscribe } };
  }

  /** Ends as a service does that is told to stop: hands back what it can. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.world.trace.note(this.node, 'closes');
    await this.sagas.close({ timeoutMs: 1_000 });
    await this.idempotency.close({ timeoutMs: 1_000 });
    await this.breakers.close();
    this.world.trace.note(this.node, 'is closed');
  }

  private schedule(work: () => void, afterMs: number): () => void {
    this.timers += 1;
    let isCounted = true;
    const settle = (): void => {
      if (isCounted) this.timers -= 1;
      isCounted = false;
    };
    const cancel = this.process.schedule(() => {
      settle();
      work();
    }, afterMs);
    return () => {
      settle();
      cancel();
    };
  }

  /** What the engine logs goes into the trace; a bug that it tells of itself is one. */
  private logger(): Logger {
    const { world, node } = this;
    const tell = (facts: object, message: string): void => {
      const { error } = facts as { error?: unknown };
      world.trace.note(node, 'logs:', message, error ?? '');
      const isBug = error instanceof Error && (/^bug:/.test(error.message) || error instanceof TypeError);
      if (isBug) world.violate('no bug tells of itself', error.stack);
    };
    return { debug: tell, info: tell, warn: tell, error: tell };
  }
}
