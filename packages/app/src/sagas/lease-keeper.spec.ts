import { SagaLeaseLostError } from '@eros/domain';
import { AskedLease } from './asked-lease.js';
import { LeaseKeeper } from './lease-keeper.js';

const LEASE_MS = 900;

/** A keeper, made when the lease was granted, on timers that the test lets pass, and renewals that the test answers. */
function keeping({ answeredAfterMs = 0 } = {}) {
  let nowMs = 0;
  let timers: { dueMs: number; work: () => void }[] = [];
  const renewals: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const told = { lost: 0, failures: 0 };
  const schedule = (work: () => void, afterMs: number) => {
    const timer = { dueMs: nowMs + afterMs, work };
    timers.push(timer);
    return () => void (timers = timers.filter((each) => each !== timer));
  };
  const granted = new AskedLease(LEASE_MS, schedule);
  const letPass = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (;;) {
      const [next] = timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (!next) break;
      timers = timers.filter((each) => each !== next);
      nowMs = next.dueMs;
      next.work();
    }
    nowMs = untilMs;
  };
  letPass(answeredAfterMs);
  const keeper = new LeaseKeeper(
    {
      ...{ leaseMs: LEASE_MS, renewEveryMs: LEASE_MS / 3 },
      renew: () => new Promise<void>((resolve, reject) => void renewals.push({ resolve, reject })),
      onFailure: () => void (told.failures += 1),
      onLost: () => void (told.lost += 1),
    },
    schedule,
    granted,
  );
  const settled = async () => {
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    await settled();
    for (let left = ms; left > 0; left -= 1) {
      letPass(1);
      await settled();
    }
  };
  const answer = async (error?: unknown) => {
    const renewal = renewals.shift();
    if (error === undefined) renewal?.resolve();
    else renewal?.reject(error);
    await settled();
  };
  return { keeper, told, pass, answer, asked: () => renewals.length, timers: () => timers.length };
}

describe('a lease that is kept', () => {
  it('lasts as long as renewals come through', async () => {
    const { keeper, told, pass, answer, timers } = keeping();
    for (let i = 0; i < 10; i += 1) {
      await pass(LEASE_MS / 3);
      await answer();
    }
    expect(told).toEqual({ lost: 0, failures: 0 });
    keeper.end();
    expect(timers()).toBe(0);
  });

  it('is lost when renewals fail for its whole length', async () => {
    const { told, pass, answer } = keeping();
    for (let i = 0; i < 2; i += 1) {
      await pass(LEASE_MS / 3);
      await answer(new Error('no database'));
    }
    expect(told).toEqual({ lost: 0, failures: 2 });
    await pass(LEASE_MS / 3);
    expect(told.lost).toBe(1);
  });

  it('is lost when a renewal hangs, though none has failed', async () => {
    const { told, pass, answer, asked, timers } = keeping();
    await pass(LEASE_MS - 1);
    expect([asked(), told.lost]).toEqual([1, 0]);
    await pass(1);
    expect(told).toEqual({ lost: 1, failures: 0 });
    await answer();
    await pass(10 * LEASE_MS);
    expect([asked(), told.lost, timers()]).toEqual([0, 1, 0]);
  });

  it('is counted from the sending of a renewal, not from its answer', async () => {
    const { told, pass, answer } = keeping();
    await pass(LEASE_MS / 3);
    await pass(LEASE_MS / 3);
    await answer(); // sent a third of a lease ago
    await pass(LEASE_MS / 3); // the next one is sent, and hangs
    await pass(LEASE_MS / 3 - 1);
    expect(told.lost).toBe(0);
    await pass(1);
    expect(told.lost).toBe(1);
  });

  it('is counted from the asking for it, too', async () => {
    const { told, pass } = keeping({ answeredAfterMs: LEASE_MS - 10 });
    await pass(9);
    expect(told.lost).toBe(0);
    await pass(1);
    expect(told.lost).toBe(1);
  });

  it('is lost from the beginning when it was granted after its end', async () => {
    const { told, pass, asked, timers } = keeping({ answeredAfterMs: LEASE_MS });
    expect(told.lost).toBe(1);
    await pass(10 * LEASE_MS);
    expect([asked(), told.lost, timers()]).toEqual([0, 1, 0]);
  });

  it('is lost at once when another worker has it', async () => {
    const { told, pass, answer, timers } = keeping();
    await pass(LEASE_MS / 3);
    await answer(new SagaLeaseLostError('saga', 'us', 1));
    expect([told.lost, timers()]).toEqual([1, 0]);
  });

  it('tells nothing any more once it was ended', async () => {
    const { keeper, told, pass, answer, timers } = keeping();
    await pass(LEASE_MS / 3);
    keeper.end();
    await answer(new Error('no database'));
    await pass(10 * LEASE_MS);
    expect([told, timers()]).toEqual([{ lost: 0, failures: 0 }, 0]);
  });
});

describe('renewals that are put off', () => {
  it('wait until nothing is in the way, and come then at once', async () => {
    const { keeper, pass, asked } = keeping();
    keeper.putOff();
    await pass(LEASE_MS / 3 + 100);
    expect(asked()).toBe(0);
    keeper.goOn();
    expect(asked()).toBe(1);
  });

  it('are as they were when nothing was in the way any more by the time that they fell due', async () => {
    const { keeper, pass, asked } = keeping();
    keeper.putOff();
    await pass(LEASE_MS / 3 - 1);
    keeper.goOn();
    expect(asked()).toBe(0);
    await pass(1);
    expect(asked()).toBe(1);
  });

  it('come when two thirds of the lease are over, whatever is in the way', async () => {
    const { keeper, told, pass, answer, asked } = keeping();
    keeper.putOff();
    await pass((LEASE_MS * 2) / 3 - 1);
    expect(asked()).toBe(0);
    await pass(1);
    expect(asked()).toBe(1);
    await answer();
    await pass(LEASE_MS - 1);
    expect([asked(), told.lost]).toEqual([1, 0]);
  });

  it('come so also when the lease was granted late: it is counted from the asking', async () => {
    const { keeper, pass, asked } = keeping({ answeredAfterMs: 200 });
    keeper.putOff();
    await pass((LEASE_MS * 2) / 3 - 200);
    expect(asked()).toBe(1);
  });

  it('are not put off for longer because one has failed', async () => {
    const { keeper, told, pass, answer, asked } = keeping();
    await pass(LEASE_MS / 3);
    keeper.putOff();
    await answer(new Error('no database'));
    await pass(LEASE_MS / 3);
    expect(asked()).toBe(1);
    await pass(LEASE_MS / 3);
    expect(told).toEqual({ lost: 1, failures: 1 });
  });

  it('do not keep anybody from being told that the lease is over', async () => {
    const { keeper, told, pass, timers } = keeping();
    keeper.putOff();
    await pass(LEASE_MS);
    keeper.goOn();
    expect(told.lost).toBe(1);
    await pass(LEASE_MS);
    expect(timers()).toBe(0);
  });

  it('are not sent once it was ended', async () => {
    const { keeper, pass, asked, timers } = keeping();
    keeper.putOff();
    await pass(LEASE_MS / 2);
    keeper.end();
    keeper.goOn();
    expect([asked(), timers()]).toEqual([0, 0]);
  });
});

describe('a lease that a write has renewed', () => {
  it('is renewed a third of it after that, not when it would have been due', async () => {
    const { keeper, pass, asked } = keeping();
    keeper.putOff();
    await pass(LEASE_MS / 2);
    keeper.renewedBy(keeper.ask());
    keeper.goOn();
    await pass(LEASE_MS / 3 - 1);
    expect(asked()).toBe(0);
    await pass(1);
    expect(asked()).toBe(1);
  });

  it('is counted from the asking for it', async () => {
    const { keeper, told, pass } = keeping();
    const asked = keeper.ask();
    await pass(LEASE_MS / 3 - 1);
    keeper.renewedBy(asked);
    await pass((LEASE_MS * 2) / 3);
    expect(told.lost).toBe(0);
    await pass(1);
    expect(told.lost).toBe(1);
  });

  it('is not lost with a renewal before it that hangs', async () => {
    const { keeper, told, pass, answer, asked } = keeping();
    await pass(LEASE_MS / 3);
    await pass(LEASE_MS / 3);
    keeper.renewedBy(keeper.ask());
    await pass(LEASE_MS - 1);
    expect([asked(), told.lost]).toEqual([1, 0]);
    await answer(); // it says less than what was asked for after it
    expect(told.lost).toBe(0);
    await pass(1);
    expect(told.lost).toBe(1);
  });

  it('leaves nothing behind when it comes after the end', async () => {
    const { keeper, timers } = keeping();
    const asked = keeper.ask();
    keeper.end();
    keeper.renewedBy(asked);
    expect(timers()).toBe(0);
  });
});
