import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContainerModule } from 'inversify';
import { createEros } from './create-eros.js';
import { isErosError } from './errors.js';
import type { ErosOptions } from './options.js';
import { openFilesIn } from './testing/open-files.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'eros-create-'));
  file = path.join(folder, 'eros.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what cannot be', () => {
  it.each<[string, unknown, string]>([
    ['a lease that is too short', { leaseMs: 99 }, 'invalid_settings'],
    ['a lease that is no number', { leaseMs: 'long' }, 'invalid_settings'],
    ['a sweep without a pause', { sagas: { sweepMs: 0 } }, 'invalid_settings'],
    ['a misspelt setting of sagas', { sagas: { sweepsMs: 50 } }, 'invalid_settings'],
    ['a transaction of a third of the lease', { leaseMs: 3_000, transactionTimeoutMs: 1_000 }, 'invalid_settings'],
    ['a transaction without time', { transactionTimeoutMs: 0 }, 'invalid_settings'],
    ['quiet hours all day long', { planning: { quietHours: { fromMinute: 0, toMinute: 1440 } } }, 'invalid_settings'],
    ['a negative gap', { planning: { minGapMinutes: -1 } }, 'invalid_settings'],
    ['a setting of plans that is unknown', { planning: { gapMinutes: 45 } }, 'invalid_settings'],
    ['quiet hours that are none', { planning: { quietHours: null } }, 'invalid_settings'],
    ['a setting of breakers that is unknown', { breakers: { api: { failures: 5 } } }, 'invalid_settings'],
    ['a breaker that never opens', { breakers: { api: { failureThreshold: 0 } } }, 'invalid_settings'],
    ['a breaker without a name', { breakers: { ' ': {} } }, 'invalid_settings'],
    ['a pack without rules', { captions: { packs: [{ name: 'mine' }] } }, 'invalid_pack'],
    ['a pack that is no pack', { captions: { packs: ['mine'] } }, 'invalid_pack'],
    ['a way to migrate that is unknown', { migrate: 'always' }, 'invalid_settings'],
    ['a node that no database stores', { node: 'a\0b' }, 'invalid_settings'],
    ['a breaker that no database stores', { breakers: { '\ud800': {} } }, 'invalid_settings'],
    ['a node without a name', { node: '' }, 'invalid_settings'],
    [
      'a driver that is unknown',
      { database: { type: 'sqlite', path: 'eros.db', driver: 'sql.js' } },
      'invalid_settings',
    ],
    ['a path that ends before its end', { database: { type: 'sqlite', path: 'nul\0.db' } }, 'invalid_settings'],
    ['a path that is blank', { database: { type: 'sqlite', path: '' } }, 'invalid_settings'],
    [
      'a wait that is negative',
      { database: { type: 'sqlite', path: 'eros.db', lockTimeoutMs: -1 } },
      'invalid_settings',
    ],
    ['a URL of another database', { database: { type: 'postgres', url: 'mysql://host/eros' } }, 'invalid_settings'],
    ['a URL that is none', { database: { type: 'postgres', url: 'host eros' } }, 'invalid_settings'],
    [
      'a schema that needs quotes',
      { database: { type: 'postgres', url: 'postgres://host/eros', schema: 'a"b' } },
      'invalid_settings',
    ],
    ['a pool of one', { database: { type: 'postgres', url: 'postgres://host/eros', poolSize: 1 } }, 'invalid_settings'],
    [
      'a time limit of nothing',
      { database: { type: 'postgres', url: 'postgres://host/eros', statementTimeoutMs: 0 } },
      'invalid_settings',
    ],
    ['no options', null, 'invalid_settings'],
    ['an option that is unknown', { databse: { type: 'sqlite', path: 'eros.db' } }, 'invalid_settings'],
    ['no database', { database: null }, 'invalid_settings'],
    ['a database of no type', { database: {} }, 'invalid_settings'],
    [
      'a setting of a database that is unknown',
      { database: { type: 'sqlite', path: 'eros.db', lockTimeout: 5 } },
      'invalid_settings',
    ],
    ['a borrowed database without its DataSource', { database: { type: 'existing' } }, 'invalid_settings'],
    ['a clock without time', { clock: {} }, 'invalid_settings'],
    ['a clock that stands nowhere', { clock: { nowMs: () => NaN } }, 'invalid_settings'],
    ['a logger that logs nothing', { logger: {} }, 'invalid_settings'],
    ['a logger that is none', { logger: 5 }, 'invalid_settings'],
    ['modules that are no list', { modules: 5 }, 'invalid_settings'],
    ['a module that is none', { modules: [{}] }, 'invalid_settings'],
    ['breakers that are a list', { breakers: [] }, 'invalid_settings'],
    ['a breaker that is null', { breakers: { pay: null } }, 'invalid_settings'],
    ['a breaker that is a number', { breakers: { pay: 5 } }, 'invalid_settings'],
    ['packs that are no list', { captions: { packs: 5 } }, 'invalid_settings'],
    ['captions that are null', { captions: null }, 'invalid_settings'],
    ['planning that is null', { planning: null }, 'invalid_settings'],
    ['sagas that are a number', { sagas: 5 }, 'invalid_settings'],
    ['workers that are null', { workers: null }, 'invalid_settings'],
    ['a timetable that is null', { workers: { dispatch: 'pg-boss', timetable: null } }, 'invalid_settings'],
    ['another database', { database: { type: 'mongodb' } }, 'unsupported_database'],
  ])('%s is refused before a file is made', async (_, options, code) => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const opening = createEros(options as ErosOptions);
      await expect(opening).rejects.toMatchObject({ code });
      await opening.catch((error: unknown) => expect(isErosError(error)).toBe(true));
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  it('leaves nothing open when the schema is not what it should be', async () => {
    const options: ErosOptions = { database: { type: 'sqlite', path: file }, migrate: 'verify' };
    await expect(createEros(options)).rejects.toMatchObject({ code: 'schema_outdated' });
    expect(openFilesIn(folder)).toEqual([]);
  });

  it('leaves nothing open when the file is no database', async () => {
    writeFileSync(file, 'a text, and no database at all');
    await expect(createEros({ database: { type: 'sqlite', path: file } })).rejects.toMatchObject({
      code: 'database_unavailable',
      fault: 'not_a_database',
    });
    expect(openFilesIn(folder)).toEqual([]);
  });

  it('leaves nothing open when a module fails', async () => {
    const modules = [
      new ContainerModule(() => {
        throw new Error('a module of the host failed');
      }),
    ];
    await expect(createEros({ database: { type: 'sqlite', path: file }, modules })).rejects.toThrow(
      'of the host failed',
    );
    expect(openFilesIn(folder)).toEqual([]);
  });

  it('opens an outdated schema when told to look at nothing', async () => {
    await using eros = await createEros({ database: { type: 'sqlite', path: file }, migrate: 'off' });
    expect(await eros.health()).toMatchObject({ ok: false });
    await expect(eros.reports.unhealthyBreakers()).rejects.toMatchObject({ code: 'schema_outdated' });
  });
});
