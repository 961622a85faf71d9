import { userInfo } from 'node:os';
import { writeFileSync } from 'node:fs';
import type { FleetReport, WeekPlan } from '@eros/app';
import { exampleWorkshop, tooLong, wellBehaved } from './testing/run-eros.js';

const WEEK = '2026-11-23';
const AS_OF = ['--as-of', '2026-11-22T12:00Z'];

describe('planning', () => {
  const { workshop, run } = exampleWorkshop();

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

  it('holds, releases and resets a breaker, with who and why', async () => {
    const held = await run('breakers', 'hold', 'price', 'open', '--reason', 'their maintenance', '--by', 'dana');
    expect(held).toMatchObject({ exitCode: 0, stderr: '' });
    expect(held.stdout).toMatch(/^price: held open.*\nheld open by dana since .* until its release: their maintenance/);
    expect((await run('breakers')).stdout).toMatch(/price +held open/);
    const until = await run('breakers', 'hold', 'price', 'closed', '--reason', 'x', '--until', '2020-01-01');
    expect(until).toMatchObject({ exitCode: 2 });
    expect(until.stderr).toMatch(/--until .* is past.*\[usage\]/);
    expect((await run('breakers', 'hold', 'price', 'ajar', '--reason', 'x')).exitCode).toBe(2);
    expect((await run('breakers', 'release', 'price')).exitCode).toBe(2);
    const released = await workshop.json<{ state: string; history: { cause: string; by?: string }[] }>(
      ...['breakers', 'release', 'price', '--reason', 'over'],
    );
    expect(released.data).toMatchObject({ state: 'closed', holds: [] });
    expect(released.data.history).toMatchObject([
      { cause: 'hold', by: 'dana' },
      { cause: 'release', by: userInfo().username },
    ]);
    expect((await run('breakers', 'release', 'price', '--reason', 'over')).stderr).toMatch(/\[breaker_not_held\]/);
    expect((await run('breakers', 'reset', 'price', '--reason', 'anew')).stdout).toMatch(/closed +closed +reset/);
    expect((await run('breakers', 'show', 'nobody')).exitCode).toBe(1);
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

  it('shows a saga with its timeline, and refuses what cannot be asked of it', async () => {
    const { data } = await workshop.json<{ items: { sagaId: string }[] }>('sagas', 'list', '--creator', 'c-008');
    const sagaId = data.items[0]?.sagaId ?? '';
    const shown = await run('sagas', 'show', sagaId);
    expect(shown.stdout).toMatch(/^persist +█+ +done, /m);
    expect(shown.stdout).toMatch(/step_ended/);
    expect(tooLong(shown.stdout)).toEqual([]);
    const why = ['--by', 'dana', '--reason', 'to see'];
    for (const asked of [['revive'], ['retry', '--step', 'persist'], ['skip', '--step', 'persist']]) {
      const [name = '', ...options] = asked;
      expect((await run('sagas', name, sagaId, ...options, ...why)).stderr).toMatch(/\[not_parked\]/);
    }
    expect((await run('sagas', 'cancel', sagaId, ...why)).stderr).toMatch(/\[saga_not_reversible\]/);
    expect((await run('sagas', 'rollback', sagaId)).exitCode).toBe(2);
    expect((await run('sagas', 'show', 'none')).stderr).toMatch(/no saga "none"/);
  });
});
