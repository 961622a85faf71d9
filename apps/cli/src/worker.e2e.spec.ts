import type { FleetReport, WeekPlan } from '@eros/app';
import { exampleWorkshop, wellBehaved } from './testing/run-eros.js';

jest.setTimeout(240_000);

const WEEK = '2026-11-23';
const AS_OF = ['--as-of', '2026-11-22T12:00Z'];

interface Stopped {
  readonly ended: number;
  readonly byEnd: Readonly<Record<string, number>>;
}

describe('workers', () => {
  const { workshop, run } = exampleWorkshop();

  it('plan what was put in line, one of them killed, and end well when they are stopped', async () => {
    const inLine = await run('plan', '--all', '--detach', '--week', WEEK, ...AS_OF);
    expect(inLine.stdout).toMatch(/23 of 23 creators put in line/);
    const killed = workshop.start(['worker', '--sweep', '50']);
    const stopped = workshop.start(['worker', '--sweep', '50', '--json']);
    await workshop.written(100_000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { exitCode, data } = await workshop.json<FleetReport & { plans: WeekPlan[] }>(
      ...['plan', '--all', '--week', WEEK, ...AS_OF],
    );
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ total: 23, failed: [] });
    expect(data.plans).toHaveLength(23);
    stopped.child.kill('SIGTERM');
    const end = wellBehaved(await stopped.ended);
    expect(end.exitCode).toBe(0);
    const { ended, byEnd } = JSON.parse(end.stdout) as Stopped;
    expect(ended).toBe(Object.values(byEnd).reduce((sum, each) => sum + each, 0));
  });

  it('leave nothing to do for the same command again', async () => {
    const { exitCode, stdout } = await run('plan', '--all', '--detach', '--week', WEEK);
    expect(stdout).toMatch(/0 of 23 creators put in line, 23 planned before/);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['one creator of all', ['plan', '--all', '--creator', 'c-001'], /contradict each other/],
    ['leaving to others what is not in line', ['plan', '--detach'], /--detach goes with --all/],
    ['times that nobody keeps', ['worker', '--plan-fleet', '0 6 * * 5'], /need --dispatch pg-boss/],
    ['a blank time, as of a variable that is not set', ['worker', '--plan-fleet', ''], /need --dispatch pg-boss/],
    ['a zone of no times', ['worker', '--time-zone', 'UTC'], /need --dispatch pg-boss/],
    [
      'an hour that there is not',
      [
        ...['worker', '--dispatch', 'pg-boss', '--measure', '0 25 * * *'],
        ...['--database', 'postgres://127.0.0.1:1/eros'],
      ],
      /five fields/,
    ],
    ['wake-ups by PostgreSQL for a file', ['worker', '--dispatch', 'pg-boss'], /pg-boss needs PostgreSQL/],
    ['no saga at once', ['worker', '--concurrency', '0'], /whole number from 1/],
  ])('refuse %s', async (_, args, message) => {
    const { exitCode, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
