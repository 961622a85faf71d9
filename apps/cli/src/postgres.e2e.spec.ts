import path from 'node:path';
import type { FleetReport, SagaViewPage } from '@eros/app';
import { createDatabase, startPostgres } from '../../../tools/pg-test-server.mjs';
import { EXAMPLE, wellBehaved, Workshop, type Running } from './testing/run-eros.js';

jest.setTimeout(300_000);

const WEEK = '2026-11-23';
const AS_OF = ['--as-of', '2026-11-22T12:00Z'];

describe('the program on PostgreSQL', () => {
  const workshop = new Workshop();
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let url: string;
  const running: Running[] = [];
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args, '--database', url));
  const json = <T>(...args: string[]) => workshop.json<T>(...args, '--database', url);
  beforeAll(async () => {
    server = await startPostgres();
    ({ url } = await createDatabase(server.url));
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await server?.stop();
    workshop.remove();
  });

  it('imports, plans one, and plans the rest together with workers, of which one is killed', async () => {
    expect((await run('db', 'status')).stdout).toMatch(/changes pending/);
    expect((await run('db', 'migrate')).exitCode).toBe(0);
    for (const kind of ['creators', 'captions', 'messages']) {
      // The example has rows that are to be rejected.
      const { exitCode } = await run('import', kind, path.join(EXAMPLE, `${kind}.csv`));
      expect([0, 3]).toContain(exitCode);
    }
    const one = await run('plan', '--creator', 'c-001', '--week', WEEK, ...AS_OF);
    expect(one.stdout).toMatch(/c-001/);
    expect(one.exitCode).toBe(0);

    const worker = ['worker', '--sweep', '50', '--concurrency', '2', '--database', url];
    const killed = workshop.start(worker);
    const stopped = workshop.start([...worker, '--json', '--dispatch', 'pg-boss', '--measure', '0 5 * * *']);
    running.push(killed, stopped);
    const inLine = await run('plan', '--all', '--detach', '--week', WEEK, ...AS_OF);
    expect(inLine.stdout).toMatch(/22 of 23 creators put in line, 1 planned before/);
    killed.child.kill('SIGKILL');
    const { exitCode, data } = await json<FleetReport>('plan', '--all', '--week', WEEK, ...AS_OF);
    expect(data).toMatchObject({ total: 23, failed: [] });
    expect(data.planned.length + data.already.length).toBe(23);
    expect(exitCode).toBe(0);

    const { data: page } = await json<SagaViewPage>('sagas', 'list', '--limit', '100');
    expect(page.items.filter(({ sagaId }) => sagaId.startsWith('fleet:'))).toHaveLength(22);
    expect(new Set(page.items.map(({ status }) => status))).toEqual(new Set(['completed']));
    const shown = await run('sagas', 'show', `fleet:${WEEK}:c-002:1`);
    expect(shown.stdout).toMatch(/persist/);

    stopped.child.kill('SIGTERM');
    expect(wellBehaved(await stopped.ended).exitCode).toBe(0);
    await killed.ended;
    expect((await run('db', 'verify')).stdout).toMatch(/Up to date, and as declared/);
  });

  it('shows nothing of the password when the server cannot be reached', async () => {
    const { exitCode, stderr } = await workshop.run('plan', '--database', 'postgres://me:hush@127.0.0.1:1/eros');
    expect(stderr).toMatch(/\[database_unavailable\]/);
    expect(stderr).not.toMatch(/hush/);
    expect(exitCode).toBe(1);
  });
});
