import type { BreakerPolicy } from '@eros/domain';
import { Bench, broken, errorOf, fail, fine, hanging } from './breaker/testing/bench.js';
import type { CircuitBreakers } from './circuit-breakers.js';

const patient = { failureThreshold: 1_000 };

describe('circuit breakers by rules of their own', () => {
  let bench: Bench;
  let time: Bench['time'];
  let store: Bench['store'];
  beforeEach(() => {
    bench = new Bench();
    ({ time, store } = bench);
  });
  const takes = async (breakers: CircuitBreakers, ms: number, outcome: 'answer' | 'refuse' = 'answer') => {
    const call = hanging();
    const running = errorOf(breakers.run('pay', call.call));
    await time.pass(ms);
    if (outcome === 'answer') call.answer('done');
    else call.refuse(broken);
    return running;
  };

  describe('failure rate', () => {
    const failureRate = { threshold: 0.5, over: { calls: 10 }, minimumCalls: 4 };

    it('opens for all by the calls of one process, with the failure that trips it, in one write', async () => {
      const breakers = bench.open({ ...patient, failureRate });
      const other = bench.open({ ...patient, failureRate });
      for (const call of [fine, fine, fail]) await errorOf(breakers.run('pay', call));
      expect(await breakers.state('pay')).toBe('closed');
      store.takeAsked();
      await errorOf(breakers.run('pay', fail));
      expect(store.takeAsked()).toEqual(['failure']);
      expect(await errorOf(other.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      expect(await breakers.history('pay')).toMatchObject([{ cause: 'failure_rate', reason: 'Error: broken' }]);
    });

    it('looks at the calls of its own process only', async () => {
      const [breakers, other] = [bench.open({ ...patient, failureRate }), bench.open({ ...patient, failureRate })];
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      for (let i = 0; i < 3; i += 1) await errorOf(other.run('pay', fail));
      expect(await breakers.state('pay')).toBe('closed');
    });

    it('forgets what a window of time has left behind', async () => {
      const breakers = bench.open({ ...patient, failureRate: { ...failureRate, over: { ms: 1_000 } } });
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      await time.pass(1_000);
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('closed');
      await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('open');
    });

    it('begins anew when the breaker has closed, and asks for no minimum of trials', async () => {
      const breakers = bench.open({ ...patient, failureRate, successThreshold: 1 });
      for (let i = 0; i < 4; i += 1) await errorOf(breakers.run('pay', fail));
      await time.pass(10_000);
      await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('open');
      await time.pass(10_000);
      expect(await breakers.run('pay', fine)).toBe('fine');
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('closed');
    });

    it('begins anew with a transition that another process made', async () => {
      const [breakers, other] = [bench.open({ ...patient, failureRate }), bench.open()];
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      await other.reset('pay', { by: 'ana', reason: 'a test' });
      await time.pass(1_250);
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('closed');
    });

    it('counts neither what is ignored nor what its caller called off', async () => {
      const breakers = bench.open({ ...patient, failureRate, isFailure: () => false });
      for (let i = 0; i < 6; i += 1) await errorOf(breakers.run('pay', fail));
      expect(await breakers.state('pay')).toBe('closed');
    });
  });

  describe('slow calls', () => {
    const slowCalls = { slowMs: 100, threshold: 1, over: { calls: 3 } };

    it('open though all of them succeed', async () => {
      const breakers = bench.open({ ...patient, slowCalls });
      for (const ms of [99, 100, 150]) expect(await takes(breakers, ms)).toBeUndefined();
      expect(await breakers.state('pay')).toBe('closed');
      expect(await takes(breakers, 100)).toBeUndefined();
      await time.pass(0); // written behind the call, which was well
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      expect(await breakers.history('pay')).toMatchObject([{ cause: 'slow_calls' }]);
    });

    it('keep it open when a trial is slow', async () => {
      const breakers = bench.open({ ...patient, slowCalls });
      for (let i = 0; i < 3; i += 1) await takes(breakers, 100, 'refuse');
      await time.pass(10_000);
      expect(await takes(breakers, 100)).toBeUndefined();
      expect(await errorOf(breakers.run('pay', fine))).toMatchObject({
        code: 'circuit_open',
        cause: 'slow: a trial call took 100 ms',
      });
      await time.pass(10_000);
      await takes(breakers, 99);
      await takes(breakers, 99);
      expect(await breakers.state('pay')).toBe('closed');
    });
  });

  it('grow their open time with each reopening, by chance a little less', async () => {
    const breakers = bench.open({ cooldownFactor: 2, cooldownJitter: 0.2, cooldownMaxMs: 30_000 });
    for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
    const openMs: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const refusal = (await errorOf(breakers.run('pay', fine))) as { retryAfterMs: number };
      openMs.push(refusal.retryAfterMs);
      await time.pass(refusal.retryAfterMs);
      await errorOf(breakers.run('pay', fail));
    }
    expect(openMs).toEqual([9_000, 18_000, 27_000, 27_000]); // random is always 0.5 here
  });

  describe('a quorum of processes', () => {
    const quorum = { quorum: 2, quorumWindowMs: 60_000, failureThreshold: 3 };
    let sick: CircuitBreakers;
    let well: CircuitBreakers;
    beforeEach(() => ([sick, well] = [bench.open(quorum), bench.open(quorum)]));
    const failThrice = async (breakers: CircuitBreakers) => {
      for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
    };

    it('leaves the fleet closed when one process is sick, which opens for itself only', async () => {
      await failThrice(sick);
      expect(await errorOf(sick.run('pay', fine))).toMatchObject({
        code: 'circuit_open',
        state: 'open',
        retryAfterMs: 10_000,
        cause: broken,
      });
      expect(await well.run('pay', fine)).toBe('fine');
      expect(await sick.state('pay')).toBe('closed');
      expect(store.rows.get('pay')).toMatchObject({ votes: [{ node: 'node 1' }], failureCount: 3 });
    });

    it('lets the sick process try by itself, one call at a time, and close when that is well', async () => {
      await failThrice(sick);
      await time.pass(10_000);
      const trial = hanging();
      const running = sick.run('pay', trial.call);
      await time.pass(0);
      expect(await errorOf(sick.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      trial.answer('back');
      expect(await running).toBe('back');
      expect(await sick.run('pay', fine)).toBe('fine');
      await Promise.all([sick.run('pay', fine), sick.run('pay', fine)]);
      expect(await sick.state('pay')).toBe('closed');
    });

    it('aborts a trial of its own at the end of its lease', async () => {
      await failThrice(sick);
      await time.pass(10_000);
      const trial = hanging();
      void errorOf(sick.run('pay', trial.call));
      await time.pass(4_000);
      expect(trial.signals[0]?.reason).toMatchObject({ code: 'probe_timeout' });
      expect(await sick.run('pay', fine)).toBe('fine');
    });

    it('opens for all once enough processes find so, and all begin anew after that', async () => {
      await failThrice(sick);
      await failThrice(well);
      const bystander = bench.open(quorum);
      expect(await errorOf(bystander.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      expect(await bystander.history('pay')).toMatchObject([{ cause: 'quorum', node: 'node 2' }]);
      await time.pass(10_000);
      for (let i = 0; i < 2; i += 1) await well.run('pay', fine);
      await time.pass(1_250);
      for (const each of [sick, well, bystander]) expect(await each.run('pay', fine)).toBe('fine');
    });

    it('closes for a sick process, too, when an operator resets it', async () => {
      await failThrice(sick);
      await well.reset('pay', { by: 'ana', reason: 'a test' });
      await time.pass(1_250);
      expect(await sick.run('pay', fine)).toBe('fine');
    });

    it('votes again when its own trial fails', async () => {
      await failThrice(sick);
      await time.pass(59_000);
      await errorOf(sick.run('pay', fail));
      await time.pass(30_000);
      await failThrice(well);
      expect(await well.state('pay')).toBe('open');
    });

    it('goes by rates likewise', async () => {
      const rates: Partial<BreakerPolicy> = {
        ...quorum,
        ...patient,
        failureRate: { threshold: 0.5, over: { calls: 4 }, minimumCalls: 4 },
      };
      const [one, two] = [bench.open(rates), bench.open(rates)];
      for (const call of [fine, fail, fine, fail]) await errorOf(one.run('pay', call));
      expect(await errorOf(one.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
      expect(await two.run('pay', fine)).toBe('fine');
    });

    it('protects itself without its database', async () => {
      store.isDown = true;
      await failThrice(sick);
      expect(await errorOf(sick.run('pay', fine))).toMatchObject({ code: 'circuit_open' });
    });
  });
});
