import { HeardPromise } from './heard-promise.js';

const macrotask = () => new Promise((resume) => setImmediate(resume));

describe('a promise that knows whether it was heard', () => {
  it.each<[string, (promise: Promise<number>) => unknown]>([
    ['awaited', async (promise) => await promise],
    ['returned by an async function', async (promise) => promise],
    ['caught', (promise) => promise.catch(() => undefined)],
    ['one of many', (promise) => Promise.allSettled([promise])],
  ])('is heard when %s', async (_, hear) => {
    const promise = HeardPromise.of(Promise.resolve(1));
    expect(promise.isHeard).toBe(false);
    await hear(promise);
    expect(promise.isHeard).toBe(true);
  });

  it('gives the value, or the error', async () => {
    expect(await HeardPromise.of(Promise.resolve(1))).toBe(1);
    await expect(HeardPromise.of(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('fails in silence while nobody asks', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const promise = HeardPromise.of(Promise.reject(new Error('no')));
    await macrotask();
    process.off('unhandledRejection', unhandled);
    expect([promise.isHeard, unhandled.mock.calls]).toEqual([false, []]);
  });
});
