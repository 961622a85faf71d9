import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import BetterSqlite from 'better-sqlite3';
import type { FleetReport, WeekPlan } from '@eros/app';
import { EXAMPLE, tooLong, Workshop, type Ended } from './testing/run-eros.js';

jest.setTimeout(120_000);

const WEEK = '2026-11-23';
const AS_OF = ['--as-of', '2026-11-22T12:00Z'];

/** Of every run: no stack trace unless asked for. */
const wellBehaved = (ended: Ended): Ended => {
  expect(ended.stderr).not.toMatch(/\n\s+at /);
  expect(ended.stdout).not.toMatch(/\n\s+at /);
  return ended;
};

describe('the program', () => {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args));

  it('explains itself', async () => {
    const { exitCode, stdout } = await run('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(tooLong(stdout)).toEqual([]);
  });

  it('has an example for every command, in 100 columns', async () => {
    const commandsOf = async (...args: string[]): Promise<string[][]> => {
      const { exitCode, stdout } = await run(...args, '--help');
      expect(exitCode).toBe(0);
      expect(tooLong(stdout)).toEqual([]);
      if (args.length > 0) expect(stdout).toContain('\nExample:\n  $ eros ');
      const [, list = ''] = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(stdout) ?? [];
      const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'help');
      const below = [];
      for (const name of names) below.push([...args, name], ...(await commandsOf(...args, name)));
      return below;
    };
    expect((await commandsOf()).map((names) => names.join(' '))).toMatchSnapshot();
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['plna'], /unknown command 'plna'[\s\S]*Did you mean plan\?/],
    ['an unknown option', ['plan', '--wek', WEEK], /unknown option '--wek'[\s\S]*--week/],
    ['a missing argument', ['explain', 'c-001'], /missing required argument 'week'/],
    ['a missing option', ['backtest'], /required option '--weeks <n>'/],
    ['a day that is no Monday', ['plan', '--week', '2026-11-24'], /is a Tuesday: .* here 2026-11-23/],
    ['a date that is none', ['plan', '--week', '24.11.2026'], /give a date as YYYY-MM-DD/],
    ['a wrong choice', ['send', '1', '--status', 'gone'], /Allowed choices are sent, failed, unknown/],
    ['another database system', ['plan', '--database', 'mysql://host/x'], /only files and postgres/],
  ])('answers %s with exit code 2', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[usage]');
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('gives programs wrong usage as JSON too', async () => {
    const { exitCode, data } = await workshop.json('plan', '--week', '2026-11-24');
    expect(data).toMatchObject({ error: { code: 'usage' } });
    expect(exitCode).toBe(2);
  });

  it('makes no database by a slip in its path', async () => {
    const { exitCode, stderr } = await run('plan', '--database', 'slip.db');
    expect(stderr).toMatch(/no database at .*slip\.db: `eros import creators FILE` makes one.*\[not_found\]/);
    expect(exitCode).toBe(1);
    expect(existsSync(workshop.file('slip.db'))).toBe(false);
  });

  it('makes no database for a file that is not there', async () => {
    const { exitCode, stderr } = await run('import', 'creators', 'none.csv');
    expect(stderr).toMatch(/none\.csv: there is no such file/);
    expect(exitCode).toBe(1);
    expect(existsSync(workshop.file('eros.db'))).toBe(false);
  });

  it('scores a caption without a database, from the command line, a file or stdin', async () => {
    const caption = 'You won! $50 worth, just for you. Tell me which is your fav';
    const { stdout } = await run('score', '--structure', 'winner', '--price', '15', caption);
    expect(stdout).toMatch(/winner: valid, 4 of 4/);
    expect(stdout).toMatch(/\[prize_claim\]/);
    writeFileSync(workshop.file('caption.txt'), `${caption}\n`);
    const fromFile = await workshop.json('score', '--structure', 'winner', '--file', 'caption.txt');
    const fromStdin = await workshop.give(`${caption}\n`, 'score', '--structure', 'winner', '--json');
    expect(fromFile.data).toEqual(JSON.parse(fromStdin.stdout));
    expect(fromFile.data).toMatchObject({ isValid: true, present: 4 });
    const empty = wellBehaved(await workshop.give(' ', 'score'));
    expect(empty.stderr).toContain('[invalid_caption]');
    expect(empty.exitCode).toBe(1);
    expect(existsSync(workshop.file('eros.db'))).toBe(false);
  });

  it('is quiet when its reader goes away', async () => {
    const { child, ended } = workshop.start(['--help']);
    child.stdout?.destroy();
    const { exitCode, stderr } = await ended;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('prints a stack trace when asked to', async () => {
    const { stderr } = await workshop.run('plan', '--database', 'slip.db', '--verbose');
    expect(stderr).toMatch(/\n\s+at /);
  });
});

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
    expect(filled.stderr).toMatch(/hold rows.*add --discard-rows.*\[rows_at_stake\]/);
    expect((await run('db', 'down', '--discard-rows', '--database', 'good.db')).exitCode).toBe(0);
    expect(filled.exitCode).toBe(1);
  });
});

describe('planning', () => {
  const workshop = new Workshop();
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args));
  beforeAll(async () => {
    for (const kind of ['creators', 'captions', 'messages'])
      await run('import', kind, path.join(EXAMPLE, `${kind}.csv`));
  });
  afterAll(() => workshop.remove());

  it('names a creator that is not known', async () => {
    const { exitCode, stderr } = await run('plan', '--creator', 'c-999', '--week', WEEK);
    expect(stderr).toMatch(/no creator "c-999": import creators first, or check the id \[unknown_creator\]/);
    expect(exitCode).toBe(1);
  });

  it('shows a week as a calendar that fits, the same week each time', async () => {
    const first = await run('plan', '--creator', 'c-008', '--week', WEEK, ...AS_OF);
    expect(first.stdout).toMatch(/Mon 23 Nov +│Tue 24 Nov/);
    expect(first.stdout).toMatch(/↳ \d\d:\d\d/);
    expect(tooLong(first.stdout)).toEqual([]);
    expect(first.exitCode).toBe(0);
    expect((await run('plan', '--creator', 'c-008', '--week', WEEK)).stdout).toBe(first.stdout);
  });

  it('plans for all active creators, and gives programs the plans', async () => {
    const { exitCode, data } = await workshop.json<FleetReport & { plans: WeekPlan[] }>(
      'plan',
      '--week',
      WEEK,
      ...AS_OF,
    );
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ weekStart: WEEK, total: 23, failed: [] });
    expect(data.plans.map(({ creatorId }) => creatorId)).not.toContain('c-022');
    expect(data.plans).toHaveLength(23);
    expect(data.plans.every(({ items }) => items.length > 0)).toBe(true);
  });

  it('goes on past a creator that fails, and ends with 3', async () => {
    const file = workshop.file('bare.csv');
    writeFileSync(file, 'creator_id,page_name,page_type,timezone,current_active_fans\nz-1,bare,paid,UTC,500\n');
    expect((await run('import', 'creators', file, '--database', 'bare.db')).exitCode).toBe(0);
    const { exitCode, stdout } = await run('plan', '--week', WEEK, '--database', 'bare.db');
    expect(stdout).toMatch(/0 of 1 creator planned, 1 failed/);
    expect(stdout).toMatch(/z-1 +nothing_to_sell/);
    expect(exitCode).toBe(3);
  });

  it('stops after the creators in hand on Ctrl-C, and goes on later', async () => {
    const { child, ended } = workshop.start(['plan', '--week', '2026-11-30', ...AS_OF, '--json']);
    await workshop.written(50_000);
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    const report = JSON.parse(stdout) as FleetReport & { plans: WeekPlan[] };
    expect(exitCode).toBe(130);
    expect(report.plans).toHaveLength(report.planned.length);
    const rest = await workshop.json<FleetReport>('plan', '--week', '2026-11-30', ...AS_OF);
    expect(rest.exitCode).toBe(0);
    expect(rest.data.already).toEqual(report.planned);
    expect(rest.data.planned.length + rest.data.already.length).toBe(23);
  });

  it('goes on where a killed process left off', async () => {
    const { child, ended } = workshop.start(['plan', '--week', '2026-12-07', ...AS_OF]);
    await workshop.written(50_000);
    child.kill('SIGKILL');
    await ended;
    const { exitCode, stdout } = wellBehaved(await workshop.run('plan', '--week', '2026-12-07', ...AS_OF, '--json'));
    const { planned, already, plans } = JSON.parse(stdout) as FleetReport & { plans: WeekPlan[] };
    expect(exitCode).toBe(0);
    expect(planned.length + already.length).toBe(23);
    expect(plans.every(({ items }) => items.length > 0)).toBe(true);
  });

  it('takes an item from due to sent', async () => {
    const due = await workshop.json<{ itemId: number }[]>('due', '--creator', 'c-008', '--before', '2026-11-30');
    const [first] = due.data;
    const sent = await run(
      'send',
      String(first?.itemId),
      '--status',
      'sent',
      '--message-id',
      'm-9001',
      '--at',
      '2026-11-23',
    );
    expect(sent.exitCode).toBe(0);
    const again = await run('send', String(first?.itemId), '--status', 'failed');
    expect(again.stderr).toMatch(/\[invalid_transition\]/);
    expect((await run('send', '999999', '--status', 'sent')).exitCode).toBe(1);
    const left = await workshop.json<{ itemId: number }[]>('due', '--creator', 'c-008', '--before', '2026-11-30');
    expect(left.data.map(({ itemId }) => itemId)).not.toContain(first?.itemId);
  });

  it('replays past weeks on a copy, and changes nothing', async () => {
    const before = await workshop.json('db', 'status');
    const { exitCode, data } = await workshop.json<{
      weeks: string[];
      planned: number;
      measured: unknown[];
      accuracy: unknown[];
    }>('backtest', '--weeks', '1');
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ weeks: ['2026-11-09'], planned: 23, awaitingData: [] });
    expect(data.measured).toHaveLength(23);
    expect(data.accuracy.length).toBeGreaterThan(23);
    expect((await workshop.json('db', 'status')).data).toEqual(before.data);
    expect((await workshop.json('report', 'accuracy')).data).toEqual([]);
  });

  it.each([
    [['explain', 'c-008', WEEK]],
    [['rotation', 'show', 'c-008']],
    [['rotation', 'preview', 'c-008']],
    [['breakers']],
    [['sagas', 'list']],
    [['report', 'followups']],
    [['report', 'missed']],
    [['report', 'breakers']],
    [['report', 'rotations']],
    [['learn', 'status', 'c-008']],
    [['measure']],
    [['learn']],
    [['db', 'status']],
    [['doctor']],
  ])('answers %j in words and as JSON', async (args) => {
    const [words, json] = await Promise.all([run(...args), workshop.json(...args)]);
    expect(words.stdout.trim()).not.toBe('');
    expect(tooLong(words.stdout)).toEqual([]);
    expect(words).toMatchObject({ exitCode: 0, stderr: '' });
    expect(json.exitCode).toBe(0);
  });

  it('changes a rotation and freezes learning by hand, with who and why', async () => {
    expect((await run('rotation', 'pause', 'c-008')).stdout).toMatch(/state +paused/);
    expect((await run('rotation', 'pause', 'c-008')).stderr).toMatch(/\[invalid_transition\]/);
    expect((await run('rotation', 'resume', 'c-008')).stdout).toMatch(/state +active/);
    const wrong = await run('rotation', 'rotate', 'c-008', '--pattern', '{"content_types":["solo"]}');
    expect(wrong.stderr).toMatch(/\[invalid_pattern\]/);
    const freeze = await run('learn', 'freeze', 'c-008', '--by', 'dana', '--reason', 'page under review');
    expect(freeze.exitCode).toBe(0);
    expect((await run('learn', 'status', 'c-008')).stdout).toMatch(/frozen +since .* by dana: page under review/);
    expect((await run('learn', 'freeze', 'c-008', '--by', ' ', '--reason', 'x')).exitCode).toBe(2);
  });

  it('shows a saga with its journal, and refuses to revive one that is not stuck', async () => {
    const { data } = await workshop.json<{ items: { sagaId: string }[] }>('sagas', 'list', '--creator', 'c-008');
    const sagaId = data.items[0]?.sagaId ?? '';
    expect((await run('sagas', 'show', sagaId)).stdout).toMatch(/step_ended/);
    const revive = await run('sagas', 'revive', sagaId, '--by', 'dana', '--reason', 'to see');
    expect(revive.stderr).toMatch(/\[not_parked\]/);
    expect((await run('sagas', 'show', 'none')).stderr).toMatch(/no saga "none"/);
  });
});
