import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { imageOf } from '../testing/database-image.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { SqliteDatabase } from './sqlite-database.js';

// These need a second process, which runs the built package: build before running this file alone.
const script = (name: string): string => path.join(__dirname, '../testing/processes', name);

interface Report {
  committed: string[];
  rolledBack: string[];
  errors: string[];
}
interface LogRow {
  unit: string;
  amount: number;
  total: number;
  version: number;
}
type RunUnits = (database: SqliteDatabase, name: string, count: number, processCount: number) => Promise<Report>;
const runUnitsHere: RunUnits = async (...given) => {
  const { runUnits } = (await import(script('counting-units.mjs'))) as { runUnits: RunUnits };
  return runUnits(...given);
};

describe.each(['sqlite3', 'better-sqlite3'] as const)('several processes on one file by %s', (driver) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let database: SqliteDatabase;
  const children: ChildProcess[] = [];
  const start = (name: string, ...args: string[]) => {
    const child = fork(script(name), [file, driver, ...args], { execArgv: [] });
    children.push(child);
    return child;
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    file = folder.file('shared.db');
    database = await SqliteDatabase.open({ path: file, driver });
    await database.on().run('CREATE TABLE counters (id INTEGER PRIMARY KEY, total INTEGER, version INTEGER)');
    await database
      .on()
      .run('CREATE TABLE log (id INTEGER PRIMARY KEY, unit TEXT, amount INTEGER, total INTEGER, version INTEGER)');
    await database.on().run('INSERT INTO counters VALUES (1, 0, 0)');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await database.close();
    folder.remove();
  });

  it('leaves the rows of some order one after another, of 500 overlapping units in three processes', async () => {
    const others = ['B', 'C'].map((name) => start('counting-writer.mjs', name, '150', '3'));
    await Promise.all(others.map((child) => once(child, 'message')));
    const reports = others.map(async (child) => {
      child.send('go');
      const [{ report }] = (await once(child, 'message')) as [{ report: Report }];
      return report;
    });
    const all = await Promise.all([runUnitsHere(database, 'A', 200, 3), ...reports]);

    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
    expect(all.map(({ committed }) => committed.length)).toEqual([133, 100, 100]);
    const log = await database.on().all<LogRow>('SELECT unit, amount, total, version FROM log ORDER BY id');
    // What was reported as committed is there, once; nothing else is.
    expect(log.map(({ unit }) => unit).sort()).toEqual(all.flatMap(({ committed }) => committed).sort());
    // Each unit saw all of the one before it: replaying the log gives every row of it.
    let replayed = { total: 0, version: 0 };
    for (const { amount, total, version } of log) {
      replayed = { total: replayed.total + amount, version: replayed.version + 1 };
      expect({ total, version }).toEqual(replayed);
    }
    expect(await database.on().all('SELECT total, version FROM counters')).toEqual([replayed]);
    // The processes did run at the same time: the log changes hands more often than twice.
    const hands = log.filter(({ unit }, at) => at > 0 && unit[0] !== log[at - 1]?.unit[0]);
    expect(hands.length).toBeGreaterThan(2);
  });

  it('loses only its own uncommitted work when a process is killed in mid-transaction', async () => {
    const child = start('killed-writer.mjs', 'transaction');
    await once(child, 'message');
    const waiting = database.on().run("INSERT INTO log (unit) VALUES ('waited')");
    child.kill('SIGKILL');
    await waiting;
    expect(await database.on().all('SELECT unit FROM log ORDER BY id')).toEqual([
      { unit: 'committed' },
      { unit: 'waited' },
    ]);
    expect(await database.on().all('SELECT total FROM counters')).toEqual([{ total: 0 }]);
    expect(await database.on().all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('leaves the file as it was when a process is killed in the middle of migrating', async () => {
    const before = await imageOf(file, driver);
    const child = start('killed-writer.mjs', 'migration');
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await imageOf(file, driver)).toEqual(before);
  });

  it('lets no late work reach the file, and no late failure end the process', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script('late-work.mjs'), file, driver]);
    expect(JSON.parse(stdout)).toEqual({
      transaction: 'transaction_timeout',
      handle: 'transaction_closed',
      on: 'transaction_closed',
      session: 'transaction_closed',
      next: 'none',
      notes: ['next'],
    });
  });
});
