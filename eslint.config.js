import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import boundaries from 'eslint-plugin-boundaries';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** layer -> the folder it lives in and the layers it may import besides itself */
const layers = {
  domain: { pattern: 'packages/domain', mayImport: [] },
  adapters: { pattern: 'packages/adapters', mayImport: ['domain'] },
  app: { pattern: 'packages/app', mayImport: ['domain', 'adapters'] },
  driver: { pattern: 'apps/*', mayImport: ['app'] },
};
const element = (type) => ({ element: { type } });
const isShipped = {
  files: ['{packages,apps}/*/src/**/*.ts'],
  ignores: ['**/*.{spec,contract}.ts', '**/src/contracts.ts', '**/testing/**'],
};
const byNameAlone = {
  patterns: [{ regex: '^(@eros/[^/]+/|\\.{1,2}/.*/src/)', message: 'A package is imported by its name alone.' }],
};
const external = (source) => ({ to: { module: { origin: 'external', source } } });

export default defineConfig(
  globalIgnores(['**/dist/**', '**/coverage/**', '**/out-tsc/**', '**/node_modules/**', '.nx/**']),
  js.configs.recommended,
  tseslint.configs.recommended,
  { languageOptions: { globals: globals.node } },
  { rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] } },
  {
    ...isShipped,
    plugins: { boundaries },
    settings: {
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': Object.entries(layers).map(([type, { pattern }]) => ({ type, pattern })),
      'import/resolver': {
        typescript: {
          project: `${import.meta.dirname}/tsconfig.base.json`,
          conditionNames: ['@eros/source', 'types', 'import', 'default'],
        },
      },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies: [
            ...Object.entries(layers).map(([layer, { mayImport }]) => ({
              from: element(layer),
              allow: { to: { element: { types: { anyOf: [layer, ...mayImport] } } } },
            })),
            { allow: { to: { module: { origin: 'core' } } } },
            { allow: { to: { module: { origin: 'external' } } } },
            { from: element('domain'), disallow: { to: { module: { origin: ['external', 'core'] } } } },
            { from: element('!(adapters)'), disallow: external(['better-sqlite3', 'sqlite3', 'pg']) },
            // Outside the adapters TypeORM exists only as types: what a caller lends us.
            {
              from: element('!(adapters)'),
              dependency: { kind: 'value' },
              disallow: external(['typeorm', 'typeorm/*']),
            },
            { from: element('!(app)'), disallow: external(['inversify', '@inversifyjs/*', 'reflect-metadata']) },
          ],
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          ...byNameAlone,
          paths: [
            {
              ...{ name: 'node:async_hooks', importNames: ['AsyncLocalStorage'] },
              message: 'One for the whole process: use AsyncVariable.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/adapters/src/storage/async-variable.ts'],
    rules: { 'no-restricted-imports': ['error', byNameAlone] },
  },
  {
    files: ['packages/domain/src/**/*.ts'],
    ignores: ['**/*.{spec,contract}.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in with the command.' },
        { object: 'Math', property: 'random', message: 'Chance comes in with the command.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time comes in with the command.',
        },
        { selector: "CallExpression[callee.name='Date']", message: 'Time comes in with the command.' },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'The domain has no environment.' },
        { name: 'performance', message: 'Time comes in with the command.' },
        { name: 'crypto', message: 'Hashes and ids come in through ports.' },
        { name: 'setTimeout', message: 'The domain waits for nothing.' },
        { name: 'setInterval', message: 'The domain waits for nothing.' },
        { name: 'setImmediate', message: 'The domain waits for nothing.' },
        { name: 'console', message: 'The domain returns what is to be told.' },
        { name: 'fetch', message: 'The domain calls nobody.' },
        { name: 'Buffer', message: 'The domain knows no Node.' },
      ],
    },
  },
  { files: ['packages/*/src/**/*.ts'], ignores: isShipped.ignores, rules: { 'no-console': 'error' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['**/*.{spec,contract}.ts'], languageOptions: { globals: globals.jest } },
  prettier,
);
