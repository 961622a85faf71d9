/** What a simulated world must not reach for: each would make a run depend on more than its seed. */
const TRAPS: readonly (readonly [object, string])[] = [
  [Date, 'now'],
  [Math, 'random'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [performance, 'now'],
  [crypto, 'randomUUID'],
  [crypto, 'getRandomValues'],
];

/**
 * Does `work` while real time and real chance are out of reach.
 *
 * @param caught is told of each attempt, which throws. An attempt whose error is swallowed is told all the same.
 */
export async function realTimeFree<T>(caught: (what: string) => void, work: () => Promise<T>): Promise<T> {
  const kept = TRAPS.map(([owner, name]) => [owner, name, Object.getOwnPropertyDescriptor(owner, name)] as const);
  for (const [owner, name] of TRAPS) {
    const trap = (): never => {
      caught(name);
      throw new Error(`the simulated code reached for the real ${name}`);
    };
    Object.defineProperty(owner, name, { value: trap, configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    for (const [owner, name, descriptor] of kept) {
      if (descriptor) Object.defineProperty(owner, name, descriptor);
      else Reflect.deleteProperty(owner, name);
    }
  }
}
