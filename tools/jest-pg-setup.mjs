// Jest's globalSetup of the projects whose tests use PostgreSQL: one server for all of a run's workers, named by TEST_PG_URL.
import { startPostgres } from './pg-test-server.mjs';

export default async function setup() {
  const server = await startPostgres();
  process.env.TEST_PG_URL = server.url;
  globalThis.erosTestServer = server;
}
