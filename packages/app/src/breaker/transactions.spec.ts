import { randomUUID } from 'node:crypto';
import { MemoryBreakerStore, MemoryDatabase } from '@eros/adapters';
import { CircuitBreakers } from '../circuit-breakers.js';
import { unrefTimers } from './schedule.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const broken = new Error('broken');
const fail = () => Promise.reject(broken);

describe('circuit breakers beside the transactions of one database', () => {
  let database: MemoryDatabase;
  let breakers: CircuitBreakers;
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
    database = new MemoryDatabase();
    breakers = new CircuitBreakers(
      {
        store: new MemoryBreakerStore(database),
        clock: { nowMs: Date.now },
        ids: { next: randomUUID },
        logger: { ...silent, warn: (_, message) => void warnings.push(message) },
        schedule: unrefTimers,
        random: Math.random,
        node: 'here',
        isInsideTransaction: () => database.isInsideTransaction(),
      },
      { policies: { pay: { failureThreshold: 3 } } },
    );
  });
  afterEach(async () => {
    await breakers.close();
    await database.close();
  });

  it('keeps the failures of a transaction that was rolled back', async () => {
    const attempt = database.transaction(async () => {
      for (let i = 0; i < 3; i += 1) await expect(breakers.run('pay', fail)).rejects.toBe(broken);
      throw new Error('back');
    });
    await expect(attempt).rejects.toThrow('back');
    expect(await breakers.state('pay')).toBe('open');
    expect(warnings).toEqual(['circuit breaker opened']);
  });

  it('answers inside a transaction by what is known here, and reaches the database after it', async () => {
    await database.transaction(async () => {
      expect(await breakers.run('pay', async () => 'fine')).toBe('fine');
      expect(await breakers.state('pay')).toBe('closed');
      await breakers.recordFailure('pay');
      await breakers.recordSuccess('pay');
    });
    await breakers.recordFailure('pay');
    expect(await breakers.health()).toMatchObject([{ name: 'pay', state: 'closed', failureCount: 1 }]);
    expect(warnings).toEqual([]);
  });

  it('opens once, however many failures are reported', async () => {
    for (let i = 0; i < 20; i += 1) await breakers.recordFailure('pay');
    const [health] = await breakers.health();
    expect(health).toMatchObject({ state: 'open', failureCount: 3, generation: 2 });
  });
});
