import { isErosError } from '@eros/domain';
import { Bench, settled, fine, fail, broken, errorOf, hanging } from './breaker/testing/bench.js';

describe('circuit breakers that try again', () => {
  let bench: Bench;
  let time: Bench['time'];
  let store: Bench['store'];
  let logged: Bench['logged'];
  let open: Bench['open'];
  let halfOpenIt: Bench['halfOpenIt'];
  beforeEach(() => {
    bench = new Bench();
    ({ time, store, logged, open, halfOpenIt } = bench);
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
      bench.isInside = true;
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
});
