import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc.jest.json', import.meta.url), 'utf8'));

// ESM-only packages that a CommonJS Jest run has to transpile.
const esmOnly = [
  'inversify',
  '@inversifyjs',
  'csv-parse',
  'pg-boss',
  'serialize-error',
  'non-error',
  'cron-parser',
  'rrule-temporal',
];

/** Absolute, so that a project may lie at any depth. */
const tool = (name) => `${import.meta.dirname}/tools/${name}`;

// With EROS_PLANTED set, the transformer changes one line of one source file first: the bug that a proof must catch.
const transformer = process.env.EROS_PLANTED ? tool('teeth/planting-transformer.cjs') : '@swc/jest';

// One seed for all property tests of a run; tools/jest-seed.cjs hands it to fast-check.
const { EROS_SEED = '20261122' } = process.env;
process.env.EROS_RUN_SEED ??= EROS_SEED === 'random' ? String(Math.floor(Math.random() * 0x7fffffff)) : EROS_SEED;

/** @returns {import('jest').Config} the settings that every package shares */
export function jestConfig(displayName) {
  return {
    displayName,
    testEnvironment: 'node',
    setupFiles: [tool('jest-seed.cjs')],
    reporters: ['default', tool('jest-seed-reporter.cjs')],
    // Long enough for a busy machine: a test that needs the limit to end is hung, and no test measures time.
    testTimeout: 120_000,
    testMatch: ['<rootDir>/src/**/*.spec.ts'],
    testEnvironmentOptions: { customExportConditions: ['@eros/source', 'node', 'node-addons'] },
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    transform: {
      '^.+\\.ts$': [transformer, { ...swc, module: { type: 'commonjs' } }],
      '^.+\\.m?js$': [
        '@swc/jest',
        { swcrc: false, jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } }, module: { type: 'commonjs' } },
      ],
    },
    transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esmOnly.join('|')})/)`],
    cacheDirectory: `${import.meta.dirname}/node_modules/.cache/jest`,
    coverageProvider: 'v8',
  };
}
