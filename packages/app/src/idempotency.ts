import { AsyncVariable } from '@eros/adapters';
import {
  assertOperationKey,
  EngineClosedError,
  IdempotencyMismatchError,
  InvalidSettingsError,
  isTerminalByDefault,
  NestedOperationError,
  OperationInProgressError,
  operationHash,
  revivedError,
  storedKeyOf,
  unreachable,
  type IdempotencyDecision,
  type IdempotencyRecord,
  type IdempotencyStore,
  type Ids,
  type Logger,
  type OperationKey,
  type OperationOutcome,
  type ReviveError,
  type Sha256,
} from '@eros/domain';
import type { Schedule } from './breaker/schedule.js';
import { ClaimedRun, type ClaimedRunPorts, type IdempotentWork, type Transactions } from './idempotency/claimed-run.js';
import type { Claim } from './idempotency/lease.js';
import { LeaseCountdown } from './lease-countdown.js';

export type { IdempotentContext, IdempotentWork } from './idempotency/claimed-run.js';

/** How one run behaves. */
export interface IdempotentRunOptions {
  /**
   * The caller's key, unique within the operation; 1 to 255 characters. Default: made of the operation and its
   * parameters.
   */
  readonly key?: string;
  /**
   * How long the result is replayed, from the end of the run, in ms; 1 to ten years. Replays do not prolong it.
   * Default: one hour.
   */
  readonly ttlMs?: number;
  /** What to do while another caller runs the operation: refuse at once (the default), or wait for its end. */
  readonly onRunning?: 'refuse' | 'wait';
  /** Whether an error ends the operation for good, to be replayed like a result. Default: `isTerminalByDefault`. */
  readonly isTerminal?: (error: unknown) => boolean;
}

/** What a run, or the run it repeats, has led to. `value` is a copy by way of JSON, the same for every caller. */
export interface IdempotentResult<T> {
  readonly key: string;
  readonly value: T;
  /** True when the work did not run now: the value is the one stored by an earlier run. */
  readonly replayed: boolean;
}

export interface IdempotencyPorts {
  readonly store: IdempotencyStore;
  readonly database: Transactions;
  readonly sha256: Sha256;
  readonly ids: Ids;
  /** This process's name in claims. */
  readonly node: string;
  /** The file or host, without secrets. */
  readonly databaseName: string;
  /** Must not keep the process alive. */
  readonly schedule: Schedule;
  readonly revive: ReviveError;
  readonly logger: Logger;
  /**
   * Keeps the process alive until the answer is called: somebody awaits the end of another caller's run. Left out, only the host
   * does.
   */
  readonly keepAlive?: () => () => void;
}

export interface IdempotencyOptions {
  /** How long a claim holds without a renewal, in ms: so long a killed process blocks its keys. Default 30 s. */
  readonly leaseMs?: number;
  /** The most that `ctx.transaction` may take, in ms; under a third of the lease. Default 2 s. */
  readonly transactionTimeoutMs?: number;
}

const HOUR_MS = 3_600_000;
const TTL_MS_MAX = 87_600 * HOUR_MS;
/** Whoever waits asks again after this time, then after twice as long each time, up to the second number. */
const POLL_MS = { first: 20, longest: 500 };
/** How long work that was told to stop when the engine closes may take to do so, and to let go of its claim. */
const STOPPING_MS = 1_000;

/** A run in whose work the present code stands. Work that was left behind by its run stands in none. */
interface EnclosingRun {
  readonly storedKey: string;
  isRunning: boolean;
}

/** A run that holds a claim here. */
type Stoppable = Pick<ClaimedRun<unknown>, 'abort' | 'letGo'>;

/** Runs operations once per key: whoever calls again gets the stored end. */
export class Idempotency {
  private readonly enclosing = new AsyncVariable<readonly EnclosingRun[]>();
  private readonly running = new Set<Stoppable>();
  /** Calls under way: also those that are not granted a claim yet, or wait for another caller's end. */
  private inHand = 0;
  private allEnded: () => void = () => undefined;
  private readonly leaseMs: number;
  private readonly runPorts: ClaimedRunPorts;
  private readonly waiting = new Set<() => void>();
  private isClosing = false;
  private isTimeUp = false;

  constructor(
    private readonly ports: IdempotencyPorts,
    { leaseMs = 30_000, transactionTimeoutMs = 2_000 }: IdempotencyOptions = {},
  ) {
    assertMs('leaseMs', leaseMs, 1, HOUR_MS);
    assertMs('transactionTimeoutMs', transactionTimeoutMs, 1, Math.ceil(leaseMs / 3) - 1);
    this.leaseMs = leaseMs;
    this.runPorts = { ...ports, transactionTimeoutMs };
  }

  /**
   * Runs `work` unless the same operation has run before: then its stored end is told again.
   *
   * The claim is committed before the work starts, and renewed while this process lives; after a crash the next
   * caller takes over when the lease is over. So the work is done at least once, and exactly once what it does in
   * `ctx.transaction`.
   *
   * @param params JSON. They make the key, or, with a key of the caller's, must be those of its first use.
   * @throws {InvalidParamsError} when the parameters are not JSON.
   * @throws {IdempotencyMismatchError} when the key stands for other parameters.
   * @throws {OperationInProgressError} when another caller is running it, at once, unless `onRunning` is `wait`.
   * @throws {StaleClaimError} when the claim was lost before the end was saved, or before the work began.
   * @throws {InvalidResultError} when the result is not JSON or over 1 MB.
   * @throws {NestedOperationError} when called by the work of the same key.
   * @throws {StoredOperationError} for the terminal error of an earlier run, unless it is one of our own classes.
   * @throws {EngineClosedError} when the engine is closed or closing. Works in hand may still run others inside.
   */
  async run<T>(
    operation: string,
    params: unknown,
    work: IdempotentWork<T>,
    options: IdempotentRunOptions = {},
  ): Promise<IdempotentResult<T>> {
    const { ttlMs = HOUR_MS, onRunning = 'refuse', isTerminal = isTerminalByDefault } = options;
    assertMs('ttlMs', ttlMs, 1, TTL_MS_MAX);
    if (onRunning !== 'refuse' && onRunning !== 'wait') {
      throw new InvalidSettingsError('onRunning', JSON.stringify(onRunning), "'refuse' or 'wait'");
    }
    const paramsHash = operationHash(operation, params, this.ports.sha256);
    const id = { operation, key: options.key ?? paramsHash };
    assertOperationKey(id);
    this.assertNotNested(id);
    this.assertTakesWork();

    const owner = `${this.ports.node}/${this.ports.ids.next()}`;
    const request = { type: 'claim', owner, paramsHash, leaseMs: this.leaseMs, ttlMs } as const;
    this.inHand += 1;
    try {
      for (let pollMs = POLL_MS.first; ; pollMs = Math.min(2 * pollMs, POLL_MS.longest)) {
        const countdown = new LeaseCountdown(this.leaseMs, this.ports.schedule);
        let decision: IdempotencyDecision | undefined;
        try {
          decision = await this.ports.store.dispatch(id, request);
        } finally {
          if (decision?.type !== 'accepted') countdown.cancel();
        }
        switch (decision.type) {
          case 'accepted': {
            const claim = { id, owner, epoch: epochOf(decision), leaseMs: this.leaseMs, ttlMs, countdown };
            return { key: id.key, value: await this.execute(claim, work, isTerminal), replayed: false };
          }
          case 'replayed':
            return { key: id.key, value: this.replay<T>(decision.outcome), replayed: true };
          case 'mismatched':
            throw new IdempotencyMismatchError(operation, id.key, decision.storedHash, paramsHash);
          case 'in_progress':
            if (onRunning === 'wait' && (await this.pause(pollMs))) break;
            throw new OperationInProgressError(operation, id.key, decision.sinceMs, decision.leaseUntilMs);
          case 'stale':
          case 'absent':
            throw new Error(`bug: a claim was answered with ${decision.type}`);
          default:
            return unreachable(decision);
        }
      }
    } finally {
      this.inHand -= 1;
      if (this.inHand === 0) this.allEnded();
    }
  }

  /** What stands under a key; `undefined` when the next caller would run. */
  async lookup(operation: string, key: string): Promise<IdempotencyRecord | undefined> {
    assertOperationKey({ operation, key });
    return this.ports.store.lookup({ operation, key });
  }

  /**
   * Frees a key, so that the next caller runs. False when there was nothing, or somebody is running it, who goes on.
   */
  async forget(operation: string, key: string): Promise<boolean> {
    assertOperationKey({ operation, key });
    return this.ports.store.forget({ operation, key });
  }

  /** Deletes what has expired. */
  async sweep(): Promise<number> {
    const limit = 500;
    let total = 0;
    for (;;) {
      const count = await this.ports.store.sweep(limit);
      total += count;
      if (count < limit) return total;
    }
  }

  /**
   * Takes no new calls, lets nobody wait any more, and resolves when the works that run here have ended, whose claims are kept alive
   * until then. Those that take longer than `timeoutMs` are told to end by their signal; one that does not heed it is not waited
   * for, and its claim ends with its lease.
   */
  async close({ timeoutMs }: { timeoutMs: number }): Promise<void> {
    this.isClosing = true;
    for (const wake of this.waiting) wake();
    if (await this.endsWithin(timeoutMs)) return;
    this.isTimeUp = true;
    for (const run of this.running) run.abort();
    if (await this.endsWithin(STOPPING_MS)) return;
    for (const run of this.running) run.letGo();
    this.ports.logger.warn({ timeoutMs }, 'closing while idempotent work still runs, which has not ended when told to');
  }

  /** Whether all calls in hand end within a time; `Infinity` waits for as long as it takes. */
  private endsWithin(limitMs: number): Promise<boolean> {
    if (this.inHand === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = limitMs === Infinity ? () => undefined : this.ports.schedule(() => resolve(false), limitMs);
      this.allEnded = () => {
        cancel();
        resolve(true);
      };
    });
  }

  private async execute<T>(claim: Claim, work: IdempotentWork<T>, isTerminal: (error: unknown) => boolean): Promise<T> {
    if (this.isTimeUp) return this.refuse(claim);
    const run = new ClaimedRun<T>(claim, this.runPorts, isTerminal);
    const here: EnclosingRun = { storedKey: storedKeyOf(claim.id), isRunning: true };
    const around = this.enclosing.getStore() ?? [];
    this.running.add(run);
    try {
      return JSON.parse(await run.run((context) => this.enclosing.run([...around, here], () => work(context)))) as T;
    } finally {
      here.isRunning = false;
      this.running.delete(run);
    }
  }

  /** A claim that was granted when works are being told to end already is given back. */
  private async refuse({ id, owner, epoch, countdown }: Claim): Promise<never> {
    countdown.cancel();
    await this.ports.store.dispatch(id, { type: 'release', owner, epoch });
    throw new EngineClosedError(this.ports.databaseName);
  }

  /** Waits before asking again. False, and at once, when the engine closes. */
  private async pause(waitMs: number): Promise<boolean> {
    if (this.isClosing) return false;
    const release = this.ports.keepAlive?.();
    await new Promise<void>((resume) => {
      const wake = () => {
        cancel();
        this.waiting.delete(wake);
        resume();
      };
      const cancel = this.ports.schedule(wake, waitMs);
      this.waiting.add(wake);
    }).finally(release);
    return !this.isClosing;
  }

  private replay<T>(outcome: OperationOutcome): T {
    if (outcome.type === 'error') throw revivedError(outcome.error, this.ports.revive);
    return JSON.parse(outcome.json) as T;
  }

  /** Throws when the engine is closing, unless the call is part of a work in hand, which is to end well. */
  private assertTakesWork(): void {
    if (!this.isClosing) return;
    const isInHand = !this.isTimeUp && this.enclosing.getStore()?.some((run) => run.isRunning);
    if (!isInHand) throw new EngineClosedError(this.ports.databaseName);
  }

  /** Throws when the key is being run by code around this call, which would wait for itself. */
  private assertNotNested(id: OperationKey): void {
    const storedKey = storedKeyOf(id);
    const isNested = this.enclosing.getStore()?.some((run) => run.isRunning && run.storedKey === storedKey) ?? false;
    if (isNested) throw new NestedOperationError(id.operation, id.key);
  }
}

function epochOf(decision: IdempotencyDecision & { type: 'accepted' }): number {
  if (decision.event.type !== 'claimed') throw new Error(`bug: a claim led to ${decision.event.type}`);
  return decision.event.epoch;
}

function assertMs(setting: string, given: unknown, leastMs: number, mostMs: number): void {
  const isMs = typeof given === 'number' && Number.isSafeInteger(given) && given >= leastMs && given <= mostMs;
  if (!isMs) throw new InvalidSettingsError(setting, String(given), `whole milliseconds from ${leastMs} to ${mostMs}`);
}
