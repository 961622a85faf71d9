import { DatabaseUnavailableError, type SagaStore } from '@eros/domain';
import { ContainerModule } from 'inversify';
import { bindings } from '../bindings.js';
import { createEros } from '../create-eros.js';
import type { Eros } from '../eros.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { until } from '../testing/until.js';

const CREATORS = ['c-001', 'c-009', 'c-013'];
const WEEK = '2026-11-02';
const sagas = { sweepMs: 20 };

const open = (options: Parameters<typeof openHost>[0] = {}) => openHost({ creatorIds: CREATORS, sagas, ...options });
const sagasIn = (eros: Eros) =>
  query<{ saga_id: string; status: string }>(eros, 'SELECT saga_id, status FROM saga_execution_log ORDER BY id');

/** Resolves when no saga is under way. */
async function atRest(eros: Eros): Promise<void> {
  const isUnderWay = ({ status }: { status: string }) => ['pending', 'in_progress', 'compensating'].includes(status);
  await until(
    () => sagasIn(eros),
    (all) => !all.some(isUnderWay),
  );
}

it('puts one saga for each creator in line, which any started engine plans', async () => {
  const { eros, database, close } = await open();
  const other = await createEros({ database, sagas });
  try {
    const fleet = await eros.schedules.startFleet({ weekStart: WEEK });
    expect(fleet).toMatchObject({ weekStart: WEEK, total: 3, enqueued: 3, underWay: 0, already: [] });
    expect((await sagasIn(eros)).map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    const seen: number[] = [];
    const waiting = fleet.wait({ onProgress: ({ done, total }) => seen.push(done / total) });
    await other.start();
    expect(await waiting).toEqual({ weekStart: WEEK, total: 3, planned: CREATORS, already: [], failed: [] });
    expect(seen.at(-1)).toBe(1);
    for (const creatorId of CREATORS) expect(await eros.schedules.get(creatorId, WEEK)).toBeDefined();
  } finally {
    await other.close();
    await close();
  }
});

it('does only what is missing when it is asked again', async () => {
  const { eros, close } = await open();
  try {
    const first = await eros.schedules.startFleet({ weekStart: WEEK, creatorIds: ['c-001'] });
    expect(await eros.schedules.startFleet({ weekStart: WEEK, creatorIds: ['c-001', 'c-001'] })).toMatchObject({
      ...{ total: 1, enqueued: 0, underWay: 1 },
    });
    await eros.start();
    await first.wait();
    const rest = await eros.schedules.startFleet({ weekStart: WEEK });
    expect(rest).toMatchObject({ total: 3, enqueued: 2, underWay: 0, already: ['c-001'] });
    expect(await rest.wait()).toMatchObject({ planned: ['c-009', 'c-013'], already: ['c-001'], failed: [] });
    expect(await sagasIn(eros)).toHaveLength(3);
  } finally {
    await close();
  }
});

it('says what failed and why, and makes a new saga of it when it is asked again', async () => {
  let isDown = true;
  const modules = [
    new ContainerModule(({ onActivation }) => {
      onActivation(bindings.messageHistory, (_, history) => ({
        latestSentAtMs: (...args) => history.latestSentAtMs(...args),
        sends: async (...args) => {
          if (isDown && args[0].creatorId === 'c-009')
            throw Object.assign(new Error('warehouse gone'), { terminal: true });
          return history.sends(...args);
        },
      }));
    }),
  ];
  const { eros, close } = await open({ modules, breakers: { message_history: { failureThreshold: 100 } } });
  try {
    await eros.start();
    const creatorIds = ['c-001', 'c-009', 'nobody'];
    const first = await (await eros.schedules.startFleet({ weekStart: WEEK, creatorIds })).wait();
    expect(first).toMatchObject({ total: 3, planned: ['c-001'] });
    expect(first.failed).toMatchObject([
      { creatorId: 'c-009', message: 'warehouse gone' },
      { creatorId: 'nobody', code: 'unknown_creator' },
    ]);
    isDown = false;
    const again = await eros.schedules.startFleet({ weekStart: WEEK, creatorIds: ['c-009'] });
    expect(again).toMatchObject({ enqueued: 1, underWay: 0 });
    expect(await again.wait()).toMatchObject({ planned: ['c-009'], failed: [] });
    expect((await sagasIn(eros)).filter(({ saga_id }) => saga_id.includes('c-009'))).toEqual([
      { saga_id: `fleet:${WEEK}:c-009:1`, status: 'failed' },
      { saga_id: `fleet:${WEEK}:c-009:2`, status: 'completed' },
    ]);
  } finally {
    await close();
  }
});

it('stops waiting when it is told to, and the planning goes on', async () => {
  const { eros, close } = await open();
  try {
    const fleet = await eros.schedules.startFleet({ weekStart: WEEK });
    const stop = new AbortController();
    const waiting = fleet.wait({ signal: stop.signal });
    stop.abort();
    expect(await waiting).toMatchObject({ total: 3, planned: [], failed: [] });
    await eros.start();
    expect((await fleet.wait()).planned).toEqual(CREATORS);
  } finally {
    await close();
  }
});

it('plans a week once, however many ask for it in however many ways', async () => {
  const { eros, close } = await open({ creatorIds: ['c-001'] });
  try {
    await eros.start();
    const [fleet, plan] = await Promise.all([
      eros.schedules.startFleet({ weekStart: WEEK }).then((each) => each.wait()),
      eros.schedules.planWeek({ creatorId: 'c-001', weekStart: WEEK }),
      eros.schedules.planFleet({ weekStart: WEEK }),
    ]);
    expect(fleet.failed).toEqual([]);
    expect(await eros.schedules.get('c-001', WEEK)).toMatchObject({ templateId: plan.templateId });
    expect(await query(eros, 'SELECT count(*) AS weeks FROM schedule_templates')).toEqual([{ weeks: 1 }]);
    expect(await query(eros, 'SELECT count(*) AS predictions FROM volume_predictions')).toEqual([{ predictions: 1 }]);
  } finally {
    await close();
  }
});

it('plans all the weeks of a creator that wait in line together, though nobody waits for them', async () => {
  const { eros, close } = await open({ creatorIds: ['c-009', 'c-013'] });
  try {
    const weeks = ['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23'];
    for (const weekStart of weeks) await eros.schedules.startFleet({ weekStart });
    await eros.start();
    await atRest(eros);
    type Row = { creator_id: string; slots_from: number; slots_to: number };
    const sql = 'SELECT creator_id, slots_from, slots_to FROM schedule_templates ORDER BY 1, 2';
    const rows = await query<Row>(eros, sql);
    expect(rows).toHaveLength(2 * weeks.length);
    for (const [i, { creator_id, slots_from }] of rows.entries()) {
      const before = rows[i - 1];
      // Each slot of the rotation was taken once.
      expect(slots_from).toBe(before?.creator_id === creator_id ? before.slots_to : 0);
    }
  } finally {
    await close();
  }
});

it('follows a week from round to round, and makes no round after a roll-back', async () => {
  const { eros, close } = await open({ creatorIds: ['c-009'] });
  try {
    const fleets = [];
    for (const weekStart of ['2026-11-02', '2026-11-09']) fleets.push(await eros.schedules.startFleet({ weekStart }));
    await eros.start();
    const reports = await Promise.all(fleets.map((fleet) => fleet.wait()));
    expect(reports.map(({ planned, failed }) => [planned, failed])).toEqual([
      [['c-009'], []],
      [['c-009'], []],
    ]);
    const all = await sagasIn(eros);
    expect(all.filter(({ status }) => status === 'completed')).toHaveLength(2);
    const last = all.findLast(({ status }) => status === 'completed')?.saga_id ?? '';
    await eros.sagas.rollBack(last, { by: 'ops', reason: 'a test' });
    await until(
      async () => (await eros.sagas.get(last))?.status,
      (status) => status === 'rolled_back',
    );
    expect(await sagasIn(eros)).toHaveLength(all.length);
  } finally {
    await close();
  }
});

it('waits in line until what it needs is back', async () => {
  let isDown = true;
  const modules = [
    new ContainerModule(({ onActivation }) => {
      onActivation(bindings.captionSource, (_, source) => ({
        captionsFor: async (creatorId) => {
          if (isDown) throw new Error('caption source down');
          return source.captionsFor(creatorId);
        },
      }));
    }),
  ];
  const { eros, close } = await open({
    modules,
    breakers: { caption_source: { cooldownMs: 300, successThreshold: 1 } },
  });
  try {
    const fleet = await eros.schedules.startFleet({ weekStart: WEEK });
    await eros.start();
    const waiting = fleet.wait();
    await until(
      () => eros.breakers.state('caption_source'),
      (state) => state !== 'closed',
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await sagasIn(eros)).map(({ status }) => status)).toEqual(['in_progress', 'in_progress', 'in_progress']);
    isDown = false;
    expect(await waiting).toMatchObject({ planned: CREATORS, failed: [] });
  } finally {
    await close();
  }
});

it.each(['claim', 'append'] as const)(
  'stops waiting when nothing can be written for good (%s), and what is in line stays there',
  async (method) => {
    let isFull = false;
    const refuse = () => Promise.reject(new DatabaseUnavailableError('disk_full', 'eros.db'));
    const modules = [
      new ContainerModule(({ onActivation }) => {
        const get = (store: SagaStore, name: PropertyKey): unknown =>
          isFull && name === method ? refuse : Reflect.get(store, name);
        onActivation(bindings.sagaStore, (_, store) => new Proxy(store, { get }));
      }),
    ];
    const { eros, close } = await open({ modules, leaseMs: 1_000 });
    try {
      const fleet = await eros.schedules.startFleet({ weekStart: WEEK });
      isFull = true;
      await eros.start();
      const told: number[] = [];
      const waiting = fleet.wait({ onProgress: ({ done }) => told.push(done) });
      await expect(waiting).rejects.toMatchObject({ code: 'database_unavailable', fault: 'disk_full' });
      expect(told.length).toBeGreaterThan(0);
      isFull = false;
      expect(await (await eros.schedules.startFleet({ weekStart: WEEK })).wait()).toMatchObject({ planned: CREATORS });
    } finally {
      await close();
    }
  },
);
