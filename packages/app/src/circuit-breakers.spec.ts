import { AsyncLocalStorage } from 'node:async_hooks';
import { CircuitOpenError, InvalidSettingsError, isErosError } from '@eros/domain';
import { Bench, settled, fine, fail, broken, errorOf, hanging } from './breaker/testing/bench.js';

describe('circuit breakers', () => {
  let bench: Bench;
  let time: Bench['time'];
  let store: Bench['store'];
  let logged: Bench['logged'];
  let open: Bench['open'];
  let openIt: Bench['openIt'];
  beforeEach(() => {
    bench = new Bench();
    ({ time, store, logged, open, openIt } = bench);
  });

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

    it('closes behind a reading in hand, which would find the database closed', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      await time.pass(5_000); // nothing is left to be told
      let answer = (): void => undefined;
      store.gate = new Promise((resolve) => (answer = resolve));
      await time.pass(1_250);
      let isClosed = false;
      const closing = breakers.close().then(() => (isClosed = true));
      await settled();
      expect(isClosed).toBe(false);
      answer();
      await closing;
      store.isDown = true;
      await time.pass(60_000);
      expect(logged).toEqual([]);
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

    it('writes no failure that is late when its turn comes', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      const calls = Array.from({ length: 50 }, () => hanging());
      const ended = calls.map(({ call }) => errorOf(breakers.run('pay', call)));
      store.takeAsked();
      for (const { refuse } of calls) refuse(broken);
      expect(await Promise.all(ended)).toEqual(calls.map(() => broken));
      expect(store.takeAsked()).toEqual(['failure', 'failure', 'failure']);
      expect(store.rows.get('pay')).toMatchObject({ state: 'open', failureCount: 3 });
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
      bench.isInside = true;
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
      const fallback = (refusal: Error) => (refusal instanceof CircuitOpenError ? `in ${refusal.retryAfterMs}` : 'no');
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
