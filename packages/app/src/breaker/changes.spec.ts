import { randomUUID } from 'node:crypto';
import { MemoryBreakerStore, MemoryDatabase } from '@eros/adapters';
import { BREAKERS_CHANGED, breakerPolicy, type BreakerStore } from '@eros/domain';
import { CircuitBreakers } from '../circuit-breakers.js';
import { unrefTimers, type Schedule } from './schedule.js';
import { errorOf, FakeStore, fine, settled, Time } from './testing/bench.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const why = { by: 'ana', reason: 'a test' };

describe('circuit breakers that are told of changes', () => {
  let database: MemoryDatabase;
  let opened: CircuitBreakers[];
  beforeEach(() => {
    database = new MemoryDatabase();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await database.close();
  });
  // An hour between readings: whatever is known sooner has been told.
  const open = (
    changes: Pick<MemoryDatabase['changes'], 'subscribe'> = database.changes,
    random = () => 0.5,
    store: BreakerStore = new MemoryBreakerStore(database),
    schedule: Schedule = unrefTimers,
  ) => {
    const breakers = new CircuitBreakers(
      {
        store,
        changes,
        clock: { nowMs: Date.now },
        ids: { next: randomUUID },
        logger: silent,
        schedule,
        random,
        node: randomUUID(),
        isInsideTransaction: () => database.isInsideTransaction(),
      },
      { syncIntervalMs: 3_600_000 },
    );
    opened.push(breakers);
    return breakers;
  };

  it('know what another process did without waiting for their next reading', async () => {
    const [one, two] = [open(), open()];
    const heard: string[] = [];
    two.onTransition(({ cause }) => void heard.push(cause));
    await two.run('pay', fine);
    await one.hold('pay', 'open', why);
    await settled();
    expect(await errorOf(two.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
    await one.release('pay', why);
    await settled();
    expect(await two.run('pay', fine)).toBe('fine');
    expect(heard).toEqual(['hold', 'release']);
  });

  it('read once more for what is told while they read', async () => {
    const [one, two] = [open(), open()];
    await two.run('pay', fine);
    await one.hold('pay', 'open', why);
    await Promise.all([one.release('pay', why), one.hold('pay', 'open', why)]);
    await settled();
    expect(await errorOf(two.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
  });

  it('do not go back to what an older reading says whose answer comes late', async () => {
    const time = new Time();
    const store = new FakeStore(time.nowMs);
    const { readAll } = store;
    let answer = (): void => undefined;
    let tell = (): void => undefined;
    const subscribe = async (listener: (topic: string) => void) => {
      tell = () => listener(BREAKERS_CHANGED);
      return () => undefined;
    };
    const breakers = open({ subscribe }, () => 0.5, store, time.schedule);
    const heard: string[] = [];
    breakers.onTransition(({ cause }) => void heard.push(cause));
    await breakers.run('pay', fine);
    store.readAll = async () => {
      const read = await readAll.call(store);
      await new Promise<void>((resolve) => (answer = resolve));
      return read;
    };
    await time.pass(3_599_000);
    tell();
    await settled(); // that reading sees nothing of what follows, and is not answered yet
    store.readAll = readAll.bind(store);
    await store.dispatch('pay', { type: 'hold', as: 'open', ...why }, breakerPolicy('pay'));
    await time.pass(1_000); // the next one is due
    answer();
    await settled();
    expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
    expect(heard).toEqual(['hold']);
  });

  it('read nothing more once they are closed, though news had come', async () => {
    const time = new Time();
    const store = new FakeStore(time.nowMs);
    let answer = (): void => undefined;
    let tell = (): void => undefined;
    const subscribe = async (listener: (topic: string) => void) => {
      tell = () => listener(BREAKERS_CHANGED);
      return () => undefined;
    };
    const breakers = open({ subscribe }, () => 0.5, store);
    await breakers.run('pay', fine);
    store.gate = new Promise((resolve) => (answer = resolve));
    tell();
    await settled();
    tell(); // waits for the reading that the first has begun
    const closing = breakers.close();
    answer();
    await closing;
    await settled();
    expect(store.asked.filter((what) => what === 'readAll')).toHaveLength(1);
  });

  it('listen no more once they are closed, and work where listening fails', async () => {
    let listeners = 0;
    const counted = {
      subscribe: async () => {
        listeners += 1;
        return () => void (listeners -= 1);
      },
    };
    const [breakers, deaf] = [open(counted), open({ subscribe: () => Promise.reject(new Error('no')) })];
    await breakers.run('pay', fine);
    expect(listeners).toBe(1);
    await breakers.close();
    expect(listeners).toBe(0);
    expect(await deaf.run('pay', fine)).toBe('fine');
  });
});
