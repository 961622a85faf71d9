import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from './create-eros.js';
import { openFilesIn } from './testing/open-files.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'eros-create-'));
  file = path.join(folder, 'eros.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('close', () => {
  it('may be called twice, also at once, and leaves no file open', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    await eros.start();
    await Promise.all([eros.close(), eros.close()]);
    await eros.close();
    expect(openFilesIn(folder)).toEqual([]);
  });

  it('leaves nothing behind that the promises of the process carry along, however many engines there were', async () => {
    const carried = (): number => Object.getOwnPropertySymbols(new Promise(() => undefined)).length;
    const openOne = async (): Promise<void> => {
      await using eros = await createEros({ database: { type: 'sqlite', path: ':memory:' } });
      await eros.transaction(async () => undefined);
      await eros.idempotency.run('anything', {}, async () => 1);
    };
    await openOne();
    const before = carried();
    for (let count = 0; count < 5; count += 1) await openOne();
    expect(carried()).toBe(before);
  });

  it('ends with the block that `await using` stands in', async () => {
    const closed = await (async () => {
      await using eros = await createEros({ database: { type: 'sqlite', path: file } });
      return eros;
    })();
    await expect(closed.rotations.get('c-1')).rejects.toMatchObject({ code: 'engine_closed' });
  });

  it('tells whoever waits for a saga that it is handed back, also when the database is closed before that is noticed', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    await eros.data.importCreators([CREATOR]);
    let closing: Promise<void> | undefined;
    const saga = eros.sagas.define({
      name: 'closing',
      version: 1,
      steps: [
        { name: 'close', execute: async () => void (closing = eros.close()) },
        { name: 'never', execute: async () => undefined },
      ],
    });
    await expect(saga.run({ creatorId: 'c-1', input: null })).rejects.toMatchObject({ code: 'saga_handed_back' });
    await closing;
  });

  it('tells every later call that needs the database that the engine is closed', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    const saga = eros.sagas.define({
      name: 'late',
      version: 1,
      steps: [{ name: 'a', execute: async () => undefined }],
    });
    await eros.close();
    const why = { by: 'ops', reason: 'a test' };
    const week = { creatorId: 'c-1', weekStart: '2026-11-02' };
    const calls: Record<string, () => Promise<unknown>> = {
      transaction: () => eros.transaction(async () => undefined),
      planWeek: () => eros.schedules.planWeek(week),
      planFleet: () => eros.schedules.planFleet({ weekStart: week.weekStart }),
      namedFleet: () => eros.schedules.planFleet({ weekStart: week.weekStart, creatorIds: ['c-1'] }),
      replanWeek: () => eros.schedules.replanWeek({ ...week, why }),
      due: () => eros.schedules.due({ before: new Date(0) }),
      recordSend: () => eros.schedules.recordSend(1, { status: 'sent', at: new Date(0) }),
      setStatus: () => eros.schedules.setStatus(1, 'approved'),
      draw: () => eros.rotations.draw('c-1', 1),
      recordResponse: () =>
        eros.followups.recordResponse({ creatorId: 'c-1', ppvId: '1', kind: 'reply', at: new Date(0) }),
      idempotent: () => eros.idempotency.run('anything', {}, async () => 1),
      listSagas: () => eros.sagas.list(),
      startSaga: () => saga.start({ creatorId: 'c-1', input: null }),
      calculate: () => eros.volumes.calculate('c-1'),
      measure: () => eros.learning.measure(),
      apply: () => eros.learning.apply(),
      importCreators: () => eros.data.importCreators([CREATOR]),
      importMessages: () => eros.data.importMessages([]),
      accuracy: () => eros.reports.predictionAccuracy(),
      breakers: () => eros.breakers.health(),
      start: () => eros.start(),
    };
    const codes = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [
        name,
        await call().then(
          () => 'done',
          (error) => error.code,
        ),
      ]),
    );
    expect(Object.fromEntries(codes)).toEqual(
      Object.fromEntries(Object.keys(calls).map((name) => [name, 'engine_closed'])),
    );
    expect(await eros.health()).toMatchObject({ ok: false });
    // What needs no database goes on.
    expect(eros.captions.score('You won! lmk', 'winner').present).toBeGreaterThan(0);
    expect(await eros.breakers.run('api', async () => 'called')).toBe('called');
  });

  it('waits for a transaction in hand, and ends idempotent work that does not heed its signal', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    const order: string[] = [];
    let isBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (isBegun = resolve));
    const work = eros.transaction(async (tx) => {
      isBegun();
      await tx.query('SELECT 1');
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push('worked');
    });
    await begun;
    const endless = eros.idempotency.run('endless', {}, () => new Promise<never>(() => undefined));
    endless.catch(() => undefined);
    await eros.idempotency.run('quick', {}, async () => 1);
    await eros.close({ timeoutMs: 50 });
    order.push('closed');
    await work;
    expect(order).toEqual(['worked', 'closed']);
  });

  it('lets idempotent work end within its time, takes none meanwhile, and blames no saga for that', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    await eros.data.importCreators([CREATOR]);
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const work = eros.idempotency.run('work', {}, async ({ signal }) => {
      begin();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return signal.aborted;
    });
    await begun;
    let closing: Promise<void> | undefined;
    const saga = eros.sagas.define({
      name: 'refused',
      version: 1,
      steps: [
        {
          name: 'call',
          retry: { attempts: 1 },
          execute: async () => {
            closing = eros.close({ timeoutMs: 5_000 });
            await eros.idempotency.run('late', {}, async () => 1);
          },
        },
      ],
    });
    const { sagaId, ...running } = await saga.start({ creatorId: 'c-1', input: null });
    await expect(running.wait()).rejects.toMatchObject({ code: 'saga_handed_back' });
    await expect(eros.idempotency.run('late', {}, async () => 1)).rejects.toMatchObject({ code: 'engine_closed' });
    expect(await work).toMatchObject({ value: false });
    await closing;

    const next = await createEros({ database: { type: 'sqlite', path: file } });
    const handedBack = await next.sagas.get(sagaId);
    expect(handedBack).toMatchObject({ status: 'in_progress' });
    expect(JSON.stringify(handedBack)).not.toContain('engine_closed');
    expect(await next.idempotency.lookup('late', 'k')).toBeUndefined();
    await next.close();
  });

  it('refuses a time that is none, and closes nothing then', async () => {
    const eros = await createEros({ database: { type: 'sqlite', path: file } });
    for (const timeoutMs of [NaN, -1, JSON.parse('"5"') as number]) {
      await expect(eros.close({ timeoutMs })).rejects.toMatchObject({ code: 'invalid_settings', setting: 'timeoutMs' });
    }
    expect(await eros.health()).toMatchObject({ ok: true });
    await eros.close({ timeoutMs: Infinity });
  });
});
