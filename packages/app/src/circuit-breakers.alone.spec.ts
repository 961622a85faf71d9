import { newCircuitBreaker, type CircuitBreaker } from '@eros/domain';
import { Bench, fine, fail, broken, errorOf } from './breaker/testing/bench.js';

describe('circuit breakers', () => {
  let bench: Bench;
  let time: Bench['time'];
  let store: Bench['store'];
  let logged: Bench['logged'];
  let open: Bench['open'];
  beforeEach(() => {
    bench = new Bench();
    ({ time, store, logged, open } = bench);
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

  describe('with a write whose answer does not come', () => {
    const failures = () => store.rows.get('pay')?.failureCount ?? 0;
    const flushed = () => store.flushed.reduce((sum, calls) => sum + calls.successes + calls.failures, 0);
    /** A failure whose write is stored, or held up; the process has given it up, and its answer comes when told. */
    const giveUp = async (where: 'silence' | 'gate') => {
      const breakers = open();
      await breakers.run('pay', fine);
      await time.pass(5_000);
      let answer: () => void = () => undefined;
      let refuse: (error: unknown) => void = () => undefined;
      store[where] = new Promise<void>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
      const running = errorOf(breakers.run('pay', fail));
      await time.pass(50);
      expect(await running).toBe(broken);
      store[where] = undefined;
      store.takeAsked();
      await time.pass(4_950);
      expect(logged).toContain('circuit breaker cannot reach its database');
      return { breakers, answer, refuse };
    };

    it('tells nothing again when the answer says that it is stored', async () => {
      const { answer } = await giveUp('silence');
      answer();
      await time.pass(70_000);
      expect(logged).toContain('circuit breaker reaches its database again');
      expect(failures()).toBe(1);
    });

    it('waits for the answer before it tells again, also when the database is back before it', async () => {
      const { answer } = await giveUp('gate');
      await time.pass(10_000);
      expect(logged).toContain('circuit breaker reaches its database again');
      expect(failures()).toBe(0);
      answer();
      await time.pass(70_000);
      expect(failures()).toBe(1);
    });

    it('tells at once what it is sure of, and nothing twice', async () => {
      const { breakers, answer } = await giveUp('silence');
      await errorOf(breakers.run('pay', fail));
      await time.pass(1_250);
      expect(failures()).toBe(2);
      answer();
      await time.pass(70_000);
      expect(failures()).toBe(2);
    });

    it('tells again what turns out not to be stored', async () => {
      const { refuse } = await giveUp('gate');
      await time.pass(10_000);
      refuse(new Error('cancelled'));
      await time.pass(0);
      expect(failures()).toBe(1);
    });

    it('tells again what is not answered within a minute', async () => {
      await giveUp('gate');
      await time.pass(59_000);
      expect(failures()).toBe(0);
      await time.pass(1_000);
      expect(failures()).toBe(1);
    });

    it('tells again before it closes', async () => {
      const { breakers } = await giveUp('gate');
      await time.pass(10_000);
      await breakers.close();
      expect(failures()).toBe(1);
    });

    it.each([0, 10_000])('forgets it with a success %i ms later', async (laterMs) => {
      const { breakers, refuse } = await giveUp('gate');
      await time.pass(laterMs);
      await breakers.run('pay', fine);
      refuse(new Error('cancelled'));
      await time.pass(70_000);
      expect(failures()).toBe(0);
    });

    it('keeps what could not be told again until the database is back once more', async () => {
      const { refuse } = await giveUp('gate');
      await time.pass(10_000);
      store.isDown = true;
      refuse(new Error('cancelled'));
      await time.pass(1_250);
      expect(failures()).toBe(0);
      store.isDown = false;
      await time.pass(1_250);
      expect(failures()).toBe(1);
    });

    it('does not go back to what the late answer says', async () => {
      const { breakers, answer } = await giveUp('silence');
      const other = open();
      await time.pass(1_250);
      for (let i = 0; i < 2; i += 1) await errorOf(other.run('pay', fail));
      await time.pass(1_250);
      expect(await breakers.state('pay')).toBe('open');
      answer();
      await time.pass(0);
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
    });

    it('counts the calls of a flush once', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      let answer: () => void = () => undefined;
      store.silence = new Promise<void>((resolve) => (answer = resolve));
      await time.pass(5_000);
      store.silence = undefined;
      await time.pass(10_000);
      answer();
      await time.pass(70_000);
      expect(flushed()).toBe(1);
    });

    it('flushes calls again when their flush turns out not to be stored', async () => {
      const breakers = open();
      await breakers.run('pay', fine);
      let refuse: (error: unknown) => void = () => undefined;
      store.gate = new Promise<void>((_, reject) => (refuse = reject));
      await time.pass(5_000);
      store.gate = undefined;
      await time.pass(10_000);
      refuse(new Error('cancelled'));
      await time.pass(5_000);
      expect(flushed()).toBe(1);
    });
  });
});
