import { jestConfig } from '../../jest.preset.js';

const tool = (name) => `<rootDir>/../../tools/${name}`;
const { reporters, ...shared } = jestConfig('app');

/** What rests on the database, and so runs on PostgreSQL too: their engines are opened by src/testing/open-engine.ts. */
const ON_BOTH = [
  'data/data-imports',
  'data/late-figures',
  'health',
  'host-life',
  'learning/apply',
  'learning/measure',
  'one-shape',
  'reports',
  'schedules/fleet-sagas',
  'schedules/plan-week',
  'schedules/replan-round',
  'schedules/replan-week',
  'schedules/send-ledger',
  'schedules/withdraw-week',
  'transactions',
  'volumes',
];

const onSqlite = { ...shared, testPathIgnorePatterns: ['/node_modules/', '\\.postgres\\.spec\\.ts$'] };
const onPostgres = {
  ...shared,
  displayName: 'app on PostgreSQL',
  testMatch: ['<rootDir>/src/**/*.postgres.spec.ts', ...ON_BOTH.map((name) => `<rootDir>/src/${name}.spec.ts`)],
  setupFiles: [...shared.setupFiles, tool('jest-on-postgres.cjs')],
  globalSetup: tool('jest-pg-setup.mjs'),
  globalTeardown: tool('jest-pg-teardown.mjs'),
};

export default { projects: [onSqlite, onPostgres], reporters, testTimeout: shared.testTimeout };
