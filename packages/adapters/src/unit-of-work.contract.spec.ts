import { unitOfWorkContract } from '@eros/domain/contracts';
import { eachDatabase, type TestDatabase } from './testing/each-database.js';

interface CounterRow {
  name: string;
  value: number;
}

/** Counters kept in the database under test. */
async function counters(test: TestDatabase) {
  if (test.kind === 'memory') {
    const { database } = test;
    return {
      read: async (name: string, tx?: Parameters<typeof database.on>[0]) =>
        database.on(tx).table<CounterRow>('counters').get(name)?.value ?? 0,
      write: async (name: string, value: number, tx: Parameters<typeof database.on>[0]) =>
        database.on(tx).table<CounterRow>('counters').set(name, { name, value }),
    };
  }
  const { database } = test;
  await database.on().run('CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)');
  return {
    read: async (name: string, tx?: Parameters<typeof database.on>[0]) => {
      const [row] = await database.on(tx).all<CounterRow>('SELECT name, value FROM counters WHERE name = ?', [name]);
      return row?.value ?? 0;
    },
    write: async (name: string, value: number, tx: Parameters<typeof database.on>[0]) => {
      const sql =
        'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
      await database.on(tx).run(sql, [name, value]);
    },
  };
}

eachDatabase((open) =>
  unitOfWorkContract(async () => {
    const test = await open();
    return { unitOfWork: test.database, counters: await counters(test), close: test.close };
  }),
);
