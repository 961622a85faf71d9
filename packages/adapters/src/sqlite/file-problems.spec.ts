import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { fileProblems } from './file-problems.js';
import { SqliteDatabase } from './sqlite-database.js';

describe.each(['sqlite3', 'better-sqlite3'] as const)('the problems of a file, by %s', (driver) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.file('eros.db');
  });
  afterEach(() => folder.remove());

  const open = async () => {
    const database = await SqliteDatabase.open({ path, driver, lockTimeoutMs: 5_000 });
    await database.on().run('CREATE TABLE IF NOT EXISTS notes (text TEXT)');
    return database;
  };

  it('are none where it is whole, also while somebody writes', async () => {
    const database = await open();
    let during: string[] | undefined;
    await database.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES ('half')");
      during = await fileProblems({ path, driver });
    });
    expect(during).toEqual([]);
    // And nobody waits for the one who looks.
    const [found] = await Promise.all([
      fileProblems({ path, driver }),
      database.transaction((tx) => tx.query("INSERT INTO notes VALUES ('more')")),
    ]);
    expect(found).toEqual([]);
    await database.close();
  });

  it('are told where pages were overwritten', async () => {
    const database = await open();
    for (let i = 0; i < 40; i += 1) await database.on().run('INSERT INTO notes VALUES (?)', ['x'.repeat(3_000)]);
    await database.close();
    const handle = openSync(path, 'r+');
    for (let page = 3; page < statSync(path).size / 4096; page += 1)
      writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, page * 4096);
    closeSync(handle);
    const found = await fileProblems({ path, driver });
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(5);
  });

  it('of a file that is not there is that, and it is not made', async () => {
    const attempt = fileProblems({ path, driver });
    await expect(attempt).rejects.toMatchObject({ code: 'database_unavailable', fault: 'cannot_open' });
    expect(existsSync(path)).toBe(false);
  });
});
