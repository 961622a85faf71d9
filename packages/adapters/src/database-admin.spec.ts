import { existsSync } from 'node:fs';
import { isErosError } from '@eros/domain';
import { openMigrations } from './database-admin.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { temporaryFolder } from './testing/temporary-folder.js';

describe('openMigrations', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = folder.file('eros.db');
  });
  afterEach(() => folder.remove());

  it('looks at a file that is not there without making it', async () => {
    const migrations = await openMigrations({ path: file });
    expect((await migrations.status()).pending.length).toBeGreaterThan(20);
    const error = await migrations.verify().catch((caught: unknown) => caught);
    expect(isErosError(error, 'schema_outdated') && error.message).toContain(file);
    await migrations.close();
    expect(existsSync(file)).toBe(false);
  });

  it('migrates, verifies and goes back', async () => {
    const migrations = await openMigrations({ path: file, driver: 'better-sqlite3', clock: { nowMs: () => 7 } });
    expect(migrations.databaseName).toBe(file);
    const changes = await migrations.migrate();
    expect((await migrations.status()).applied).toEqual([{ version: 1, appliedAtMs: 7, changes }]);
    expect(await migrations.verify()).toEqual([]);
    expect(await migrations.down({ discardRows: false })).toHaveLength(changes.length);
    expect((await migrations.status()).applied).toEqual([]);
    await migrations.close();
    await migrations.close();
  });

  it('waits for another process no longer than it is told to', async () => {
    const first = await openMigrations({ path: file });
    await first.migrate();
    await first.close();
    const other = await SqliteDatabase.open({ path: file });
    const migrations = await openMigrations({ path: file, lockTimeoutMs: 50 });
    await other.transaction(() =>
      expect(migrations.down({ discardRows: false })).rejects.toMatchObject({ fault: 'locked' }),
    );
    await migrations.close();
    await other.close();
  }, 20_000); // which is less than the wait of a migration that is told nothing

  it('tries again after the file could not be opened', async () => {
    const nowhere = folder.file('missing');
    const migrations = await openMigrations({ path: folder.file('.') });
    const code = async () => migrations.status().catch((error: unknown) => isErrorCode(error));
    expect([await code(), await code()]).toEqual(['database_unavailable', 'database_unavailable']);
    await migrations.close();
    expect(existsSync(nowhere)).toBe(false);
  });
});

const isErrorCode = (error: unknown): string => (isErosError(error) ? error.code : String(error));
