import { asSuperuser, createTestDatabase } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';

describe('the connection beside the pool', () => {
  it('is not left open when it cannot be made to listen, and listens as soon as it can', async () => {
    const made = await createTestDatabase({ isEmpty: true });
    const database = await PostgresDatabase.open({ url: made.url, schema: 'still_to_come' });
    try {
      const subscribe = () => database.changes.subscribe(() => undefined);
      for (let time = 1; time <= 3; time += 1) {
        await expect(subscribe()).rejects.toMatchObject({ code: 'schema_outdated' });
      }
      const open = `SELECT CAST(count(*) AS integer) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%eros_%current_schema%' AND pid <> pg_backend_pid()`;
      let [result] = await asSuperuser(made.url, open);
      // The server takes a moment to notice the end of one.
      while (result?.rows[0].n > 0) [result] = await asSuperuser(made.url, open);
      await asSuperuser(made.url, 'CREATE SCHEMA still_to_come');
      (await subscribe())();
    } finally {
      await database.close();
      await made.drop();
    }
  });
});
