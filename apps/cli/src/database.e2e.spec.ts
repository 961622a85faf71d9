import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { EXAMPLE, wellBehaved, Workshop } from './testing/run-eros.js';

const WEEK = '2026-11-23';

describe('a database that cannot be used', () => {
  const workshop = new Workshop();
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args));
  beforeAll(async () => {
    await run('import', 'creators', path.join(EXAMPLE, 'creators.csv'), '--database', 'good.db');
  });
  afterAll(() => workshop.remove());

  it('is one that another process holds', async () => {
    const other = new BetterSqlite(workshop.file('good.db'));
    other.exec('BEGIN IMMEDIATE');
    try {
      const args = ['import', 'creators', path.join(EXAMPLE, 'creators.csv'), '--database', 'good.db', '--wait', '1'];
      const { exitCode, stderr } = await run(...args);
      expect(stderr).toMatch(/another process holds it.*\[database_unavailable\]/);
      expect(exitCode).toBe(1);
    } finally {
      other.close();
    }
  });

  it('is a damaged one', async () => {
    const file = workshop.file('damaged.db');
    await run('import', 'creators', path.join(EXAMPLE, 'creators.csv'), '--database', file);
    truncateSync(file, 6_000);
    const { exitCode, stderr } = await run('plan', '--week', WEEK, '--database', file);
    expect(stderr).toMatch(/damaged: restore a backup.*\[database_unavailable\]/);
    expect(exitCode).toBe(1);
    const doctor = await workshop.json<{ ok: boolean }>('doctor', '--database', file);
    expect(doctor).toMatchObject({ exitCode: 1, data: { ok: false } });
  });

  it('hides no breaker behind a row that cannot be read, nor that row behind them', async () => {
    const order = ['--reason', 'a \u001b[2Jtest', '--by', 'ana', '--database', 'good.db'];
    expect((await run('breakers', 'hold', 'pay', 'open', ...order)).exitCode).toBe(0);
    const other = new BetterSqlite(workshop.file('good.db'));
    other.exec("INSERT INTO circuit_breaker_state (name, state) VALUES ('old', 'OPENED')");
    other.close();
    const list = await run('breakers', '--database', 'good.db');
    expect(list.stdout).toMatch(/pay +held open/);
    expect(list.stdout).toMatch(/old +unreadable/);
    expect(list.exitCode).toBe(3);
    const report = await workshop.json('report', 'breakers', '--database', 'good.db');
    expect(report).toMatchObject({
      exitCode: 3,
      data: [
        { name: 'old', state: 'unreadable', problem: expect.stringMatching(/has state.*correct that row/) },
        { name: 'pay', state: 'open' },
      ],
    });
    const doctor = await run('doctor', '--database', 'good.db');
    expect(doctor.stdout.replace(/\s+/g, ' ')).toMatch(
      /pay is held open by ana.*circuit breaker "old" has state "OPENED"/,
    );
    expect(doctor.exitCode).toBe(1);
    const held = await run('breakers', 'hold', 'pay', 'closed', ...order);
    expect(held.stdout).toContain(String.raw`a \u001b[2Jtest`);
    expect(held.stdout).toMatch(/pay: held closed/);
    expect(held.stderr).toMatch(/"old"/);
    expect(held.exitCode).toBe(0);
    const unreadable = await run('breakers', 'show', 'old', '--database', 'good.db');
    expect(unreadable.stderr).toMatch(/correct that row, or delete it \[unreadable_breaker\]/);
    expect(unreadable.exitCode).toBe(1);
  });

  it('hides no saga behind one whose row is damaged, nor that one behind them', async () => {
    const other = new BetterSqlite(workshop.file('good.db'));
    const row = `(saga_id, creator_id, status, started_at, created_at, definition_name, definition_version, definition_hash, input, steps_completed, compensation_errors)`;
    for (const [id, startedAt] of [
      ['s1', '2026-11-01T00:00:00.000Z'],
      ['s2', 'soon'],
    ])
      other
        .prepare(
          `INSERT INTO saga_execution_log ${row} VALUES (?, 'c', 'completed', ?, ?, 'any', 1, 'hash', 'null', '[]', '[]')`,
        )
        .run(id, startedAt, '2026-11-01T00:00:00.000Z');
    other.close();
    const list = await run('sagas', 'list', '--database', 'good.db');
    expect(list.stdout).toMatch(/s1/);
    expect(list.stderr).toMatch(/warning: saga "s2" cannot be read, for its started_at .*mend its row/);
    expect(list.exitCode).toBe(3);
  });

  it('is no database at all', async () => {
    writeFileSync(workshop.file('notes.db'), 'these are my notes, and no database '.repeat(50));
    const { exitCode, stderr } = await run('plan', '--database', 'notes.db');
    expect(stderr).toMatch(/is not an SQLite database: check the path/);
    expect(exitCode).toBe(1);
  });

  it('is one of another program, unless it is adopted', async () => {
    const other = new BetterSqlite(workshop.file('other.db'));
    other.exec('CREATE TABLE invoices (id INTEGER PRIMARY KEY)');
    other.close();
    const refused = await run('plan', '--database', 'other.db');
    expect(refused.stderr).toMatch(/tables of another program.*eros db adopt.*\[schema_conflict\]/);
    expect(refused.exitCode).toBe(1);
    expect((await run('db', 'status', '--database', 'other.db')).stdout).toMatch(/changes pending/);
    expect((await run('db', 'adopt', '--database', 'other.db')).exitCode).toBe(0);
    expect((await run('db', 'verify', '--database', 'other.db')).stdout).toMatch(/Up to date, and as declared/);
    const empty = await run('plan', '--week', WEEK, '--database', 'other.db');
    expect(empty.stderr).toMatch(/no active creator/);
    expect(empty.exitCode).toBe(1);
  });

  it('is made, taken back and made again by db', async () => {
    expect((await run('db', 'migrate', '--database', 'new.db')).stdout).toMatch(/create table creators/);
    expect((await run('db', 'migrate', '--database', 'new.db')).stdout).toMatch(/Nothing was pending/);
    expect((await run('db', 'down', '--database', 'new.db')).exitCode).toBe(0);
    expect((await run('db', 'dry-run', '--database', 'new.db')).stdout).toMatch(/create table creators/);
    const filled = await run('db', 'down', '--database', 'good.db');
    expect(filled.stderr).toMatch(/table creators holds rows.*add --discard-rows.*\[rows_at_stake\]/);
    expect((await run('db', 'down', '--discard-rows', '--database', 'good.db')).exitCode).toBe(0);
    expect(filled.exitCode).toBe(1);
  });
});
