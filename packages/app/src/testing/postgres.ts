import { createDatabase, type CreatedDatabase } from '../../../../tools/pg-test-server.mjs';
import { createEros } from '../create-eros.js';

/** Whether this run of the suites is the one on PostgreSQL. */
export const isOnPostgres = (): boolean => process.env['EROS_TEST_DATABASE'] === 'postgres';

/** A new database of the server that the test run has started. Drop it afterwards. */
export function createTestDatabase(options: { template?: string } = {}): Promise<CreatedDatabase> {
  const server = process.env['TEST_PG_URL'];
  if (!server) throw new Error('no server: jest-pg-setup.mjs starts one and sets TEST_PG_URL');
  return createDatabase(server, options);
}

const templates: Promise<CreatedDatabase>[] = [];
afterAll(async () => {
  for (const template of templates.splice(0)) await (await template).drop();
});

/** The name of a database for others of this file to begin with copies of: with our schema, and what `fill` puts in. */
export async function templateDatabase(fill: (url: string) => Promise<void> = migrated): Promise<string> {
  const template = createTestDatabase();
  templates.push(template);
  const { name, url } = await template;
  await fill(url);
  return name;
}

const migrated = async (url: string): Promise<void> => {
  const eros = await createEros({ database: { type: 'postgres', url, poolSize: 2 }, migrate: 'auto' });
  await eros.close();
};
