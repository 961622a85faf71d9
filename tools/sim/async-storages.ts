import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Does `work`, and then retires every storage that it was the first to use. Node hands each storage that was ever used on
 * with every promise, also long after the engine that used it is gone: a thousand worlds would slow down the next.
 */
export async function retiringStorages<T>(work: () => Promise<T>): Promise<T> {
  const used = new Set<AsyncLocalStorage<unknown>>();
  const { run } = AsyncLocalStorage.prototype;
  AsyncLocalStorage.prototype.run = function noted(this: AsyncLocalStorage<unknown>, ...args: unknown[]) {
    used.add(this);
    return Reflect.apply(run, this, args) as never;
  };
  try {
    return await work();
  } finally {
    AsyncLocalStorage.prototype.run = run;
    for (const storage of used) storage.disable();
  }
}
