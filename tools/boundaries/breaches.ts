/** The nets that watch the layers. Each was seen to miss something that another sees. */
export type Net = 'eslint' | 'dependency-cruiser' | 'types';

/** One line that must never stand in a layer's shipped sources. */
export interface Breach {
  readonly layer: 'packages/domain' | 'packages/adapters' | 'packages/app' | 'apps/cli';
  readonly code: string;
  /** Exactly the nets that see it. At least one; which ones is written down so that a hole is noticed when it opens. */
  readonly seenBy: readonly Net[];
}

const all: readonly Net[] = ['eslint', 'dependency-cruiser', 'types'];
const graph: readonly Net[] = ['eslint', 'dependency-cruiser'];
const linter: readonly Net[] = ['eslint'];
const cruiser: readonly Net[] = ['dependency-cruiser'];
const purity: readonly Net[] = ['eslint', 'types'];

const inLayer =
  (layer: Breach['layer']) =>
  (code: string, seenBy: readonly Net[]): Breach => ({ layer, code, seenBy });
const domain = inLayer('packages/domain');
const adapters = inLayer('packages/adapters');
const app = inLayer('packages/app');
const cli = inLayer('apps/cli');

export const breaches: readonly Breach[] = [
  // The domain imports nothing.
  domain(`import { DataSource } from 'typeorm';\nexport const x = DataSource;`, graph),
  domain(`import type { DataSource } from 'typeorm';\nexport type X = DataSource;`, graph),
  domain(`export * from 'typeorm';`, graph),
  domain(`export const x = () => import('typeorm');`, graph),
  domain(`import { readFileSync } from 'node:fs';\nexport const x = readFileSync;`, all),
  domain(`import { readFileSync } from 'fs';\nexport const x = readFileSync;`, all),
  domain(`export const x = () => import('node:crypto');`, all),
  domain(`import * as outer from '@eros/adapters';\nexport const x = outer;`, graph),
  domain(`import * as outer from '../../app/src/index.js';\nexport const x = outer;`, all),
  // The domain knows neither time nor chance nor surroundings.
  domain(`export const x = process.env;`, purity),
  domain(`export const x = Date.now();`, linter),
  domain(`const { now } = Date;\nexport const x = now();`, linter),
  domain(`export const x = new Date();`, linter),
  domain(`export const x = Date();`, linter),
  domain(`export const x = Math.random();`, linter),
  domain(`setTimeout(() => undefined, 1);\nexport {};`, purity),
  domain(`setInterval(() => undefined, 1);\nexport {};`, purity),
  domain(`setImmediate(() => undefined);\nexport {};`, purity),
  domain(`export const x = crypto.randomUUID();`, purity),
  domain(`export const x = performance.now();`, purity),
  domain(`console.log('x');\nexport {};`, purity),
  domain(`export const x = fetch('x');`, purity),
  domain(`export const x = Buffer.from('x');`, purity),
  domain(`// eslint-disable-next-line\nexport const x = Date.now();`, linter),
  // The adapters know the domain by its public face, and nothing above them.
  adapters(`import * as inner from '@eros/domain/src/why.js';\nexport const x = inner;`, all),
  adapters(`import * as inner from '../../domain/src/why.js';\nexport const x = inner;`, graph),
  adapters(`import { Container } from 'inversify';\nexport const x = Container;`, graph),
  adapters(`import * as outer from '@eros/app';\nexport const x = outer;`, graph),
  adapters(`import { Command } from 'commander';\nexport const x = Command;`, cruiser),
  // The application knows TypeORM's types only, and no driver.
  app(`import { DataSource } from 'typeorm';\nexport const x = DataSource;`, graph),
  app(`import sqlite3 from 'sqlite3';\nexport const x = sqlite3;`, graph),
  app(`import BetterSqlite3 from 'better-sqlite3';\nexport const x = BetterSqlite3;`, graph),
  app(`export const x = () => import('sqlite3');`, graph),
  app(`import * as outer from '../../../apps/cli/src/index.js';\nexport const x = outer;`, all),
  app(`import * as inner from '@eros/adapters/src/index.js';\nexport const x = inner;`, all),
  // A driver knows the application.
  cli(`import * as inner from '@eros/domain';\nexport const x = inner;`, graph),
  cli(`import * as inner from '@eros/adapters';\nexport const x = inner;`, graph),
  cli(`import { DataSource } from 'typeorm';\nexport const x = DataSource;`, graph),
  cli(`import { Container } from 'inversify';\nexport const x = Container;`, graph),
  cli(`import * as inner from '../../../packages/app/src/index.js';\nexport const x = inner;`, linter),
];

/** Lines that are allowed: a net that cries at these is no net either. */
export const allowed: readonly Omit<Breach, 'seenBy'>[] = [
  { layer: 'packages/domain', code: `export const x = new Date(0).toISOString() + String(Math.floor(1.5));` },
  { layer: 'packages/domain', code: `import * as own from './why.js';\nexport const x = own;` },
  { layer: 'packages/adapters', code: `import * as inner from '@eros/domain';\nexport const x = inner;` },
  { layer: 'packages/adapters', code: `import { DataSource } from 'typeorm';\nexport const x = DataSource;` },
  { layer: 'packages/adapters', code: `export const x = () => import('better-sqlite3');` },
  { layer: 'packages/adapters', code: `import { hostname } from 'node:os';\nexport const x = hostname();` },
  { layer: 'packages/app', code: `import * as inner from '@eros/domain';\nexport const x = inner;` },
  { layer: 'packages/app', code: `import * as inner from '@eros/adapters';\nexport const x = inner;` },
  { layer: 'packages/app', code: `import { Container } from 'inversify';\nexport const x = Container;` },
  { layer: 'packages/app', code: `import type { DataSource } from 'typeorm';\nexport type X = DataSource;` },
  { layer: 'apps/cli', code: `import * as inner from '@eros/app';\nexport const x = inner;` },
  { layer: 'apps/cli', code: `import { Command } from 'commander';\nexport const x = Command;` },
  { layer: 'apps/cli', code: `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;` },
];
