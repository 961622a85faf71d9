import {
  breakerHealth,
  eventsOf,
  newCircuitBreaker,
  stepBreaker,
  transitionsOf,
  type BreakerPolicy,
  type BreakerStore,
  type BreakerTransition,
  type CircuitBreaker,
  type FlushedCalls,
  type HistoryQuery,
} from '@eros/domain';
import { CircuitBreakers } from '../../circuit-breakers.js';

/** Lets everything run that waits for no timer. */
export const settled = async () => {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
};

/** Time and timers of one test. */
export class Time {
  atMs = 1_000_000;
  timers: { dueMs: number; work: () => void }[] = [];
  nowMs = () => this.atMs;
  schedule = (work: () => void, afterMs: number) => {
    const timer = { dueMs: this.atMs + afterMs, work };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  };
  async pass(ms: number) {
    const endMs = this.atMs + ms;
    for (;;) {
      await settled();
      const [next] = this.timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.atMs = Math.max(this.atMs, next.dueMs);
      next.work();
    }
    this.atMs = endMs;
    await settled();
  }
}

/** A store in a map, which keeps a list of what was asked of it, and can be down or slow. */
export class FakeStore implements BreakerStore {
  rows = new Map<string, CircuitBreaker>();
  histories: BreakerTransition[] = [];
  asked: string[] = [];
  flushed: FlushedCalls[] = [];
  isDown = false;
  gate: Promise<void> | undefined;
  /** What is written meanwhile is stored at once, and answered when this ends. */
  silence: Promise<void> | undefined;

  constructor(private readonly nowMs: () => number) {}

  private async ask(what: string) {
    this.asked.push(what);
    await this.gate;
    if (this.isDown) throw new Error('no database');
    return this.nowMs();
  }
  async read(name: string) {
    return { atMs: await this.ask('read'), breaker: this.rows.get(name) };
  }
  async readAll() {
    return { atMs: await this.ask('readAll'), breakers: new Map(this.rows), unreadable: [] };
  }
  async dispatch(...[name, command, policy]: Parameters<BreakerStore['dispatch']>) {
    const atMs = await this.ask(command.type === 'settle' ? command.outcome : command.type);
    const before = this.rows.get(name) ?? newCircuitBreaker(atMs);
    const step = stepBreaker({ ...command, atMs }, before, policy);
    this.rows.set(name, step.breaker);
    const transitions = transitionsOf(name, before, eventsOf(step.decision), command.node);
    this.histories.push(...transitions);
    await this.silence;
    return { ...step, atMs, transitions };
  }
  async flushCalls(...[name, calls, policy]: Parameters<BreakerStore['flushCalls']>) {
    const atMs = await this.ask('flush');
    this.flushed.push(calls);
    let breaker = this.rows.get(name) ?? newCircuitBreaker(atMs);
    if (calls.closed) ({ breaker } = stepBreaker({ type: 'count_successes', ...calls.closed, atMs }, breaker, policy));
    this.rows.set(name, breaker);
    await this.silence;
    return { breaker, atMs };
  }
  async history(name: string, { afterGeneration = 0, limit = 100 }: HistoryQuery = {}) {
    await this.ask('history');
    return this.histories.filter((each) => each.name === name && each.generation > afterGeneration).slice(-limit);
  }
  async list() {
    const none = { successes: 0, failures: 0 };
    return [...this.rows].map(([name, breaker]) => breakerHealth(name, breaker, none, this.nowMs()));
  }
  async listReadable() {
    return { breakers: await this.list(), unreadable: [] };
  }
  /** What was written since the last look. */
  takeAsked(): string[] {
    return this.asked.splice(0).filter((what) => what !== 'readAll');
  }
}

export const policy: Partial<BreakerPolicy> = {
  failureThreshold: 3,
  cooldownMs: 10_000,
  successThreshold: 2,
  probeTimeoutMs: 4_000,
};
export const fine = async () => 'fine';
export const broken = new Error('broken');
export const fail = async (): Promise<string> => {
  throw broken;
};
export const errorOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
/** A call that comes back when told. */
export const hanging = () => {
  const signals: AbortSignal[] = [];
  let answer: (value: string) => void = () => undefined;
  let refuse: (error: unknown) => void = () => undefined;
  const call = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
  };
  return { call, signals, answer: (value: string) => answer(value), refuse: (error: unknown) => refuse(error) };
};

/** One test's time, store and log, and the services over them: each is a process of its own. */
export class Bench {
  readonly time = new Time();
  readonly store = new FakeStore(this.time.nowMs);
  readonly logged: string[] = [];
  isInside = false;
  private lastId = 0;
  private processes = 0;

  open = (given: Partial<BreakerPolicy> = {}, clock: { nowMs(): number } = this.time) => {
    const log = (_: object, message: string) => void this.logged.push(message);
    return new CircuitBreakers(
      {
        store: this.store,
        clock,
        ids: { next: () => `permit ${(this.lastId += 1)}` },
        logger: { debug: log, info: log, warn: log, error: log },
        schedule: this.time.schedule,
        random: () => 0.5,
        node: `node ${(this.processes += 1)}`,
        isInsideTransaction: () => this.isInside,
      },
      { policies: { pay: { ...policy, ...given } } },
    );
  };

  openIt = async (breakers: CircuitBreakers) => {
    for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
    if ((await breakers.state('pay')) !== 'open') throw new Error('the breaker should be open');
    this.store.takeAsked();
  };

  halfOpenIt = async (breakers: CircuitBreakers) => {
    await this.openIt(breakers);
    await this.time.pass(10_000);
    this.store.takeAsked();
  };
}
