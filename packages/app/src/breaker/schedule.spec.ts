import { orTimeout, unrefTimers, waitAtMost, type Schedule } from './schedule.js';

/** Timers that fire when told. */
const byHand = () => {
  const timers = new Set<() => void>();
  const schedule: Schedule = (work) => {
    timers.add(work);
    return () => void timers.delete(work);
  };
  return { schedule, timers, fire: () => timers.forEach((work) => work()) };
};
const never = new Promise<never>(() => undefined);

describe('timers', () => {
  it('keep no process alive, and can be cancelled', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    let fired = 0;
    const cancel = unrefTimers(() => (fired += 1), 0);
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
    cancel();
    await new Promise((resume) => setTimeout(resume, 5));
    expect(fired).toBe(0);
  });

  describe('longer than those of Node', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());
    const DAY_MS = 86_400_000;

    it.each([24, 25, 30, 100])('wait %p days to the millisecond', (days) => {
      let fired = 0;
      unrefTimers(() => (fired += 1), days * DAY_MS);
      jest.advanceTimersByTime(days * DAY_MS - 1);
      expect(fired).toBe(0);
      jest.advanceTimersByTime(1);
      expect(fired).toBe(1);
      jest.advanceTimersByTime(200 * DAY_MS);
      expect(fired).toBe(1);
    });

    it('can be cancelled in any part of the wait, and never fire when they are told never to', () => {
      let fired = 0;
      const cancel = unrefTimers(() => (fired += 1), 60 * DAY_MS);
      const cancelNever = unrefTimers(() => (fired += 1), Infinity);
      jest.advanceTimersByTime(30 * DAY_MS);
      cancel();
      jest.advanceTimersByTime(900 * DAY_MS);
      expect([fired, jest.getTimerCount()]).toEqual([0, 1]);
      cancelNever();
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('end a wait when the work has settled, either way', async () => {
    const { schedule, timers } = byHand();
    await waitAtMost(Promise.resolve(1), 50, schedule);
    await waitAtMost(Promise.reject(new Error('no')), 50, schedule);
    expect(timers.size).toBe(0);
  });

  it('end a wait when the time is over', async () => {
    const { schedule, fire } = byHand();
    const waiting = waitAtMost(never, 50, schedule);
    fire();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('turn no answer into an error, and leave an answer as it is', async () => {
    const { schedule, timers, fire } = byHand();
    await expect(orTimeout(Promise.resolve(1), 50, schedule)).resolves.toBe(1);
    await expect(orTimeout(Promise.reject(new Error('no')), 50, schedule)).rejects.toThrow('no');
    expect(timers.size).toBe(0);
    const waiting = orTimeout(never, 50, schedule);
    fire();
    await expect(waiting).rejects.toThrow('the database did not answer within 50 ms');
  });
});
