import { AsyncLocalStorage } from 'node:async_hooks';
import {
  breakerHealth,
  CircuitOpenError,
  InvalidSettingsError,
  isErosError,
  newCircuitBreaker,
  stepBreaker,
  type BreakerPolicy,
  type BreakerStore,
  type CircuitBreaker,
  type FlushedCalls,
} from '@eros/domain';
import { CircuitBreakers } from './circuit-breakers.js';

/** Lets everything run that waits for no timer. */
const settled = async () => {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
};

/** Time and timers of one test. */
class Time {
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
class FakeStore implements BreakerStore {
  rows = new Map<string, CircuitBreaker>();
  asked: string[] = [];
  flushed: FlushedCalls[] = [];
  isDown = false;
  gate: Promise<void> | undefined;

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
    const step = stepBreaker({ ...command, atMs }, this.rows.get(name) ?? newCircuitBreaker(atMs), policy);
    this.rows.set(name, step.breaker);
    return { ...step, atMs };
  }
  async flushCalls(...[name, calls, policy]: Parameters<BreakerStore['flushCalls']>) {
    const atMs = await this.ask('flush');
    this.flushed.push(calls);
    let breaker = this.rows.get(name) ?? newCircuitBreaker(atMs);
    if (calls.closed) ({ breaker } = stepBreaker({ type: 'count_successes', ...calls.closed, atMs }, breaker, policy));
    this.rows.set(name, breaker);
    return { breaker, atMs };
  }
  async list() {
    const none = { successes: 0, failures: 0 };
    return [...this.rows].map(([name, breaker]) => breakerHealth(name, breaker, none, this.nowMs()));
  }
  /** What was written since the last look. */
  takeAsked(): string[] {
    return this.asked.splice(0).filter((what) => what !== 'readAll');
  }
}

const policy: Partial<BreakerPolicy> = {
  failureThreshold: 3,
  cooldownMs: 10_000,
  successThreshold: 2,
  probeTimeoutMs: 4_000,
};
const fine = async () => 'fine';
const broken = new Error('broken');
const fail = async (): Promise<string> => {
  throw broken;
};
const errorOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
/** A call that comes back when told. */
const hanging = () => {
  const signals: AbortSignal[] = [];
  let answer: (value: string) => void = () => undefined;
  let refuse: (error: unknown) => void = () => undefined;
  const call = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
  };
  return { call, signals, answer: (value: string) => answer(value), refuse: (error: unknown) => refuse(error) };
};

describe('circuit breakers', () => {
  let time: Time;
  let store: FakeStore;
  let logged: string[];
  let isInside: boolean;
  let lastId = 0;
  beforeEach(() => {
    time = new Time();
    store = new FakeStore(time.nowMs);
    logged = [];
    isInside = false;
  });

  const open = (given: Partial<BreakerPolicy> = {}, clock: { nowMs(): number } = time) => {
    const log = (_: object, message: string) => void logged.push(message);
    return new CircuitBreakers(
      {
        store,
        clock,
        ids: { next: () => `permit ${(lastId += 1)}` },
        logger: { debug: log, info: log, warn: log, error: log },
        schedule: time.schedule,
        random: () => 0.5,
        isInsideTransaction: () => isInside,
      },
      { policies: { pay: { ...policy, ...given } } },
    );
  };
  const openIt = async (breakers: CircuitBreakers) => {
    for (let i = 0; i < 3; i += 1) expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
    expect(await breakers.state('pay')).toBe('open');
    store.takeAsked();
  };
  const halfOpenIt = async (breakers: CircuitBreakers) => {
    await openIt(breakers);
    await time.pass(10_000);
    expect(await breakers.state('pay')).toBe('half_open');
    store.takeAsked();
  };

  describe('closed', () => {
    it('reads the row once, then does no I/O for calls that succeed', async () => {
      const breakers = open();
      expect(await Promise.all([breakers.run('pay', fine), breakers.run('pay', fine)])).toEqual(['fine', 'fine']);
      for (let i = 0; i < 100; i += 1) await breakers.run('pay', fine);
      expect(store.takeAsked()).toEqual(['read']);
    });

    it('starts the call at once, in the very turn of run', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      let isStarted = false;
      const running = breakers.run('pay', async () => (isStarted = true));
      expect(isStarted).toBe(true);
      await running;
    });

    it('gives calls without a signal one that never aborts, others their own', async () => {
      const breakers = open();
      const { signal } = new AbortController();
      const seen: AbortSignal[] = [];
      const call = async (given: AbortSignal) => void seen.push(given);
      await breakers.run('pay', call);
      await breakers.run('pay', call);
      await breakers.run('pay', call, { signal });
      expect(seen[0]).toBe(seen[1]);
      expect(seen[2]).toBe(signal);
    });

    it('flushes successes once per interval, and on close', async () => {
      const breakers = open();
      for (let i = 0; i < 7; i += 1) await breakers.run('pay', fine);
      await time.pass(4_999);
      expect(store.flushed).toEqual([]);
      await time.pass(1);
      expect(store.flushed).toEqual([
        { successes: 7, failures: 0, closed: { generation: 1, count: 7, sinceLastMs: 5_000 } },
      ]);
      await time.pass(60_000);
      expect(store.flushed).toHaveLength(1);
      await breakers.run('pay', fine);
      await breakers.close();
      expect(store.flushed).toHaveLength(2);
      await breakers.close();
      expect(store.flushed).toHaveLength(2);
      expect(time.timers).toEqual([]);
    });

    it('flushes no oftener under steady calls', async () => {
      const breakers = open();
      const flushedAtMs: number[] = [];
      for (let i = 0; i < 200; i += 1) {
        await breakers.run('pay', fine);
        await time.pass(100);
        if (store.flushed.length > flushedAtMs.length) flushedAtMs.push(time.atMs - 1_000_000);
      }
      expect(flushedAtMs).toEqual([5_000, 10_000, 15_000, 20_000]);
    });

    it('keeps what a failed flush did not write', async () => {
      const breakers = open();
      const flushCalls = store.flushCalls.bind(store);
      store.flushCalls = () => Promise.reject(new Error('disk full'));
      await errorOf(breakers.run('pay', fail));
      await breakers.run('pay', fine);
      await breakers.run('pay', fine);
      await time.pass(5_000);
      expect(logged).toContain('circuit breaker cannot reach its database');
      store.flushCalls = flushCalls;
      await time.pass(10_000);
      expect(store.flushed).toEqual([{ successes: 2, failures: 1 }]);
    });

    it('writes each failure, and the first success after one, at once', async () => {
      const breakers = open();
      await errorOf(breakers.run('pay', fail));
      await errorOf(breakers.run('pay', fail));
      expect(store.rows.get('pay')).toMatchObject({ failureCount: 2, lastFailure: 'Error: broken' });
      await breakers.run('pay', fine);
      await breakers.run('pay', fine);
      await settled();
      expect(store.takeAsked()).toEqual(['read', 'failure', 'failure', 'success']);
      expect(store.rows.get('pay')).toMatchObject({ failureCount: 0, successCount: 1 });
    });

    it("passes the call's own errors through, also with a fallback, and a throw that is no rejection", async () => {
      const breakers = open();
      expect(await errorOf(breakers.run('pay', fail, { fallback: () => 'instead' }))).toBe(broken);
      const throwing = () => {
        throw broken;
      };
      expect(await errorOf(breakers.run('pay', throwing))).toBe(broken);
      expect(store.rows.get('pay')).toMatchObject({ failureCount: 2 });
    });

    it('restarts a run after an own success that the store has not been told of', async () => {
      const [breakers, others] = [open(), open()];
      await breakers.run('pay', fine);
      await errorOf(others.run('pay', fail));
      await errorOf(others.run('pay', fail));
      await time.pass(10);
      await breakers.run('pay', fine);
      await errorOf(breakers.run('pay', fail));
      expect(store.rows.get('pay')).toMatchObject({ state: 'closed', failureCount: 1 });
    });

    it('is not kept closed by its own successes from before the run, flushed late', async () => {
      const breakers = open();
      for (let i = 0; i < 5; i += 1) await breakers.run('pay', fine);
      await time.pass(10);
      await errorOf(breakers.run('pay', fail));
      await errorOf(breakers.run('pay', fail));
      await time.pass(5_000);
      expect(store.flushed).toEqual([{ successes: 5, failures: 2 }]);
      await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('open');
    });

    it("counts ignored errors and the caller's cancellation as neither", async () => {
      const breakers = open({ isFailure: (error) => error !== broken });
      const controller = new AbortController();
      await errorOf(breakers.run('pay', fail));
      const cancelled = async () => {
        controller.abort();
        throw new Error('aborted');
      };
      await errorOf(breakers.run('pay', cancelled, { signal: controller.signal }));
      await time.pass(5_000);
      expect(store.takeAsked()).toEqual(['read']);
    });

    it('counts a failure when isFailure throws, and says so', async () => {
      const breakers = open({
        isFailure: () => {
          throw new Error('oops');
        },
      });
      expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
      expect(store.rows.get('pay')).toMatchObject({ failureCount: 1 });
      expect(logged).toContain('isFailure threw: the call counts as a failure');
    });

    it('waits 50 ms at most for a failure to be written', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      store.gate = new Promise(() => undefined);
      let error: unknown;
      void errorOf(breakers.run('pay', fail)).then((thrown) => (error = thrown));
      await time.pass(49);
      expect(error).toBeUndefined();
      await time.pass(1);
      expect(error).toBe(broken);
    });

    it('waits for nothing inside a transaction', async () => {
      const breakers = open();
      isInside = true;
      store.gate = new Promise(() => undefined);
      expect(await breakers.run('pay', fine)).toBe('fine');
      expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
      await breakers.recordFailure('pay');
      expect(await breakers.state('pay')).toBe('closed');
    });
  });

  describe('open', () => {
    it('refuses without I/O and says how long', async () => {
      const breakers = open();
      await openIt(breakers);
      await time.pass(2_000);
      store.takeAsked();
      const error = await errorOf(breakers.run('pay', fine));
      expect(error).toBeInstanceOf(CircuitOpenError);
      expect(isErosError(error, 'circuit_open') && error).toMatchObject({
        breaker: 'pay',
        state: 'open',
        retryAfterMs: 8_000,
        cause: broken,
        message: 'circuit breaker "pay" lets no call out: try again in 8000 ms',
      });
      expect(store.takeAsked()).toEqual([]);
      expect(logged).toEqual(['circuit breaker opened']);
    });

    it('answers by the fallback, whose errors pass through', async () => {
      const breakers = open();
      await openIt(breakers);
      const fallback = (refusal: CircuitOpenError) => `in ${refusal.retryAfterMs}`;
      expect(await breakers.run('pay', fine, { fallback })).toBe('in 10000');
      const failing = { fallback: () => Promise.reject(broken) };
      expect(await errorOf(breakers.run('pay', fine, failing))).toBe(broken);
    });

    it('is learnt of by another process within the interval of reading', async () => {
      const [breakers, others] = [open(), open()];
      await others.run('pay', fine);
      await openIt(breakers);
      expect(await others.run('pay', fine)).toBe('fine');
      await time.pass(1_250);
      const error = await errorOf(others.run('pay', fine));
      expect(error).toMatchObject({ code: 'circuit_open', cause: 'Error: broken' });
    });

    it('is known to a process that begins later', async () => {
      await openIt(open());
      expect(await errorOf(open().run('pay', fine))).toMatchObject({ code: 'circuit_open' });
    });

    it('ignores results of calls let out before, and writes nothing for them', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      const [late, later] = [hanging(), hanging()];
      const running = [errorOf(breakers.run('pay', late.call)), breakers.run('pay', later.call)];
      await openIt(breakers);
      const before = store.rows.get('pay');
      late.refuse(broken);
      later.answer('late');
      expect(await Promise.all(running)).toEqual([broken, 'late']);
      expect(store.takeAsked()).toEqual([]);
      expect(store.rows.get('pay')).toBe(before);
    });

    it("goes by the database's clock, not by the process's", async () => {
      await openIt(open());
      const slow = open({}, { nowMs: () => time.nowMs() - 300_000 });
      const fast = open({}, { nowMs: () => time.nowMs() + 300_000 });
      for (const breakers of [slow, fast]) {
        expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ retryAfterMs: 10_000 });
      }
      await time.pass(10_000);
      expect(await slow.run('pay', fine)).toBe('fine');
      expect(await fast.run('pay', fine)).toBe('fine');
      expect(store.rows.get('pay')?.state).toBe('closed');
    });
  });

  describe('half-open', () => {
    it('closes after enough trials, one after another', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      expect(await breakers.run('pay', fine)).toBe('fine');
      expect(store.rows.get('pay')).toMatchObject({ state: 'half_open', successCount: 1, permits: [] });
      expect(await breakers.run('pay', fine)).toBe('fine');
      expect(store.rows.get('pay')).toMatchObject({ state: 'closed', failureCount: 0 });
      expect(store.takeAsked()).toEqual(['admit', 'success', 'admit', 'success']);
      expect(logged).toEqual(['circuit breaker opened', 'circuit breaker tries again', 'circuit breaker closed']);
    });

    it('reopens on any failure', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open', retryAfterMs: 10_000 });
    });

    it('lets one trial out over all processes and refuses all others at once', async () => {
      const processes = [open(), open(), open()];
      await halfOpenIt(processes[0] ?? open());
      let calls = 0;
      const trial = hanging();
      const call = (signal: AbortSignal) => {
        calls += 1;
        return trial.call(signal);
      };
      const answers: unknown[] = [];
      for (const breakers of processes) {
        for (let i = 0; i < 10; i += 1) void errorOf(breakers.run('pay', call)).then((error) => answers.push(error));
      }
      await settled();
      expect(calls).toBe(1);
      expect(answers).toHaveLength(29);
      expect(answers.every((error) => isErosError(error, 'circuit_open'))).toBe(true);
      trial.answer('done');
      await settled();
      expect(answers).toHaveLength(30);
    });

    it('aborts a trial at the end of its lease, ignores its result and lets the next one out', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      const trial = hanging();
      const running = breakers.run('pay', trial.call);
      await time.pass(3_999);
      expect(trial.signals[0]?.aborted).toBe(false);
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ state: 'half_open', retryAfterMs: 1 });
      await time.pass(1);
      expect(trial.signals[0]?.reason).toMatchObject({ code: 'probe_timeout', breaker: 'pay' });
      expect(await breakers.run('pay', fine)).toBe('fine');
      store.takeAsked();
      trial.answer('late');
      expect(await running).toBe('late');
      expect(store.takeAsked()).toEqual([]);
      expect(store.rows.get('pay')).toMatchObject({ state: 'half_open', successCount: 1 });
    });

    it("gives the permit back for the caller's cancellation and for ignored errors", async () => {
      const ignored = new Error('ignored');
      const breakers = open({ isFailure: (error) => error !== ignored });
      await halfOpenIt(breakers);
      const controller = new AbortController();
      const trial = hanging();
      const running = errorOf(breakers.run('pay', trial.call, { signal: controller.signal }));
      await settled();
      controller.abort(new Error('enough'));
      expect(trial.signals[0]?.reason).toMatchObject({ message: 'enough' });
      trial.refuse(trial.signals[0]?.reason);
      expect(await running).toMatchObject({ message: 'enough' });
      expect(await errorOf(breakers.run('pay', () => Promise.reject(ignored)))).toBe(ignored);
      expect(store.rows.get('pay')).toMatchObject({ state: 'half_open', successCount: 0, permits: [] });
      await breakers.run('pay', fine);
      await breakers.run('pay', fine);
      expect(store.rows.get('pay')?.state).toBe('closed');
    });

    it('takes no permit for a caller who has cancelled already', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      const signal = AbortSignal.abort(new Error('enough'));
      expect(await errorOf(breakers.run('pay', fine, { signal }))).toMatchObject({ message: 'enough' });
      expect(store.takeAsked()).toEqual([]);
    });

    it('inside a transaction asks for a permit without waiting; the next call goes out with it', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      isInside = true;
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      await settled();
      expect(await breakers.run('pay', fine)).toBe('fine');
      await settled();
      expect(store.takeAsked()).toEqual(['admit', 'success']);
    });

    it('leaves no timer behind', async () => {
      const breakers = open();
      await halfOpenIt(breakers);
      await breakers.run('pay', fine);
      await breakers.close();
      expect(time.timers).toEqual([]);
    });
  });

  describe('reports without a call', () => {
    it('open, try and close like calls', async () => {
      const breakers = open();
      for (let i = 0; i < 3; i += 1) await breakers.recordFailure('pay');
      expect(await breakers.state('pay')).toBe('open');
      const before = store.rows.get('pay');
      await breakers.recordSuccess('pay');
      await breakers.recordFailure('pay');
      expect(store.rows.get('pay')).toBe(before);
      await time.pass(10_000);
      await breakers.recordSuccess('pay');
      await breakers.recordSuccess('pay');
      expect(await breakers.state('pay')).toBe('closed');
    });

    it('flush successes like those of calls', async () => {
      const breakers = open();
      await breakers.recordSuccess('pay');
      await breakers.recordSuccess('pay');
      expect(store.takeAsked()).toEqual(['read']);
      await time.pass(5_000);
      expect(store.flushed).toMatchObject([{ successes: 2 }]);
    });
  });

  describe('with the database unreachable', () => {
    it('lets calls through by default, opens on its own failures, and tries again by itself', async () => {
      store.isDown = true;
      const breakers = open();
      expect(await breakers.run('pay', fine)).toBe('fine');
      for (let i = 0; i < 3; i += 1) expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      expect(await breakers.state('pay')).toBe('open');
      await time.pass(10_000);
      expect(await breakers.run('pay', fine)).toBe('fine');
      expect(await breakers.run('pay', fine)).toBe('fine');
      expect(await breakers.state('pay')).toBe('closed');
      expect(logged.filter((message) => message === 'circuit breaker cannot reach its database')).toHaveLength(1);
    });

    it('keeps consecutive failures consecutive by itself', async () => {
      store.isDown = true;
      const breakers = open();
      for (let i = 0; i < 4; i += 1) {
        await errorOf(breakers.run('pay', fail));
        await errorOf(breakers.run('pay', fail));
        await breakers.run('pay', fine);
      }
      expect(await breakers.state('pay')).toBe('closed');
    });

    it('refuses where the owner said so, with the reason as the cause', async () => {
      store.isDown = true;
      const breakers = open({ onStoreDown: 'refuse' });
      const error = await errorOf(breakers.run('pay', fine));
      expect(error).toMatchObject({ code: 'circuit_open', state: 'closed', cause: new Error('no database') });
      store.isDown = false;
      await time.pass(1_250);
      expect(await breakers.run('pay', fine)).toBe('fine');
    });

    it('does not ask at every call', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      store.isDown = true;
      await time.pass(1_250);
      store.takeAsked();
      for (let i = 0; i < 20; i += 1) await errorOf(breakers.run('pay', i % 2 === 0 ? fine : fail));
      expect(store.takeAsked()).toEqual([]);
    });

    it('counts the very failure that found it unreachable', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      store.isDown = true;
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
    });

    it('gives up a store that does not answer', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      store.gate = new Promise(() => undefined);
      for (let i = 0; i < 3; i += 1) {
        const running = errorOf(breakers.run('pay', fail));
        await time.pass(50);
        expect(await running).toBe(broken);
      }
      await time.pass(5_000);
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
    });

    it('comes back with one write, which opens it for all', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      await time.pass(5_000);
      store.isDown = true;
      await time.pass(1_250);
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      await time.pass(60_000);
      store.isDown = false;
      store.takeAsked();
      await time.pass(1_250);
      expect(store.takeAsked()).toEqual(['failure']);
      expect(store.rows.get('pay')).toMatchObject({ state: 'open', failureCount: 3 });
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      await time.pass(5_000);
      expect(store.flushed.at(-1)).toMatchObject({ failures: 3 });
    });

    it('changes nothing on coming back when others have moved the breaker meanwhile', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      await time.pass(5_000);
      store.isDown = true;
      await time.pass(1_250);
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      store.isDown = false;
      const moved: CircuitBreaker = { ...newCircuitBreaker(time.atMs), generation: 9 };
      store.rows.set('pay', moved);
      await time.pass(1_250);
      expect(store.rows.get('pay')).toMatchObject({ state: 'closed', generation: 9, failureCount: 0 });
      expect(await breakers.run('pay', fine)).toBe('fine');
    });
  });

  it('writes, reads and sets its timers outside the context of the call that caused them', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    const dispatch = store.dispatch.bind(store);
    store.dispatch = (...given) => (seen.add(context.getStore()), dispatch(...given));
    const flushCalls = store.flushCalls.bind(store);
    store.flushCalls = (...given) => (seen.add(context.getStore()), flushCalls(...given));
    const read = store.read.bind(store);
    store.read = (...given) => (seen.add(context.getStore()), read(...given));
    const schedule = time.schedule;
    time.schedule = (work, afterMs) => (seen.add(context.getStore()), schedule(work, afterMs));
    const breakers = open();
    await context.run('a transaction', async () => {
      await breakers.run('pay', fine);
      await errorOf(breakers.run('pay', fail));
      await breakers.run('pay', fine);
      await breakers.state('pay');
    });
    await time.pass(5_000);
    expect([...seen]).toEqual([undefined]);
  });

  it('refuses settings and names that are none', async () => {
    expect(() => open({ cooldownMs: NaN })).toThrow(InvalidSettingsError);
    const breakers = open();
    for (const name of ['', '   ', 'x'.repeat(201)]) {
      for (const attempt of [breakers.run(name, fine), breakers.state(name), breakers.recordFailure(name)]) {
        expect(await errorOf(attempt)).toBeInstanceOf(InvalidSettingsError);
      }
    }
  });

  it('tells the health of every stored breaker', async () => {
    const breakers = open();
    await openIt(breakers);
    expect(await breakers.health()).toMatchObject([{ name: 'pay', state: 'open', failureCount: 3 }]);
  });
});
