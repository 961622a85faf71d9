import { ContainerModule } from 'inversify';
import { bindings } from '../bindings.js';
import type { ErosError } from '../testing/eros-error.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { until } from '../testing/until.js';

const CREATOR = 'c-001';
const WEEK = '2026-11-02';
const REQUEST = { creatorId: CREATOR, weekStart: WEEK };
const why = { by: 'ops', reason: 'a test' };

const TABLES = [
  'schedule_templates',
  'schedule_items',
  'volume_predictions',
  'volume_calculation_log',
  'ppv_followup_tracking',
  'creator_rotation_state',
  'timing_operation_log',
];

/** Switches that a test throws while the engine works. */
interface Switches {
  /** Called when a plan logs its first operation, at the end of its transaction. */
  beforeLogging: () => Promise<void>;
  beforeHistory: () => Promise<void>;
}

async function openWithSwitches(options: Parameters<typeof openHost>[0] = {}) {
  const switches: Switches = { beforeLogging: async () => undefined, beforeHistory: async () => undefined };
  const modules = [
    new ContainerModule(({ onActivation }) => {
      onActivation(bindings.operationLog, (_, log) => ({
        list: (...args) => log.list(...args),
        append: (...args) => log.append(...args),
        appendAll: async (...args) => {
          await switches.beforeLogging();
          return log.appendAll(...args);
        },
      }));
      onActivation(bindings.messageHistory, (_, history) => ({
        latestSentAtMs: (...args) => history.latestSentAtMs(...args),
        sends: async (...args) => {
          await switches.beforeHistory();
          return history.sends(...args);
        },
      }));
    }),
  ];
  return { ...(await openHost({ creatorIds: [CREATOR], ...options, modules })), switches };
}

it('starts over when the rotation is drawn from between composing and storing', async () => {
  const { eros, switches, close } = await openWithSwitches();
  try {
    await eros.rotations.start(CREATOR, {
      content_types: ['solo', 'toy', 'b_g'],
      sequence_type: 'round_robin',
      weights: { solo: 1, toy: 1, b_g: 1 },
      cycle_length_days: 7,
      avoid_repeat_within: 2,
    });
    // The rotation is read together with the history: a draw behind that is not seen by the plan.
    let draws = 0;
    switches.beforeHistory = async () => {
      if (draws++ > 1) return;
      setTimeout(() => void eros.rotations.draw(CREATOR, 2), 0);
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    const plan = await eros.schedules.planWeek(REQUEST);
    expect(draws).toBeGreaterThan(2);
    const [week] = await query<{ slots_from: number; slots_to: number }>(eros, 'SELECT * FROM schedule_templates');
    expect(week?.slots_from).toBe(4);
    expect((await eros.rotations.get(CREATOR))?.position).toBe(week?.slots_to);
    const positions = await query<{ at: number }>(
      eros,
      "SELECT slot_position AS at FROM schedule_items WHERE item_type = 'ppv' ORDER BY scheduled_at",
    );
    expect(positions[0]?.at).toBe(4);
    expect(plan.counts.revenue).toBe(positions.length);
  } finally {
    await close();
  }
});

it('tries again when a busy machine lets its transaction time out, and leaves no half of a week', async () => {
  const { eros, switches, close } = await openWithSwitches({ transactionTimeoutMs: 400 });
  try {
    const before = await Promise.all(TABLES.map((table) => query(eros, `SELECT count(*) AS rows FROM ${table}`)));
    let slow = 3;
    const between: unknown[] = [];
    switches.beforeLogging = async () => {
      if (slow-- <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, 600));
    };
    const planning = eros.schedules.planWeek(REQUEST);
    await until(
      async () => {
        between.push(await eros.schedules.get(CREATOR, WEEK));
        return slow;
      },
      (left) => left <= 0,
    );
    const plan = await planning;
    expect(between.every((stored) => stored === undefined)).toBe(true);
    expect(plan.items.length).toBeGreaterThan(7);
    expect(await query(eros, 'SELECT count(*) AS rows FROM volume_predictions')).toEqual([{ rows: 1 }]);
    const after = await Promise.all(TABLES.map((table) => query(eros, `SELECT count(*) AS rows FROM ${table}`)));
    expect(before).toEqual(TABLES.map(() => [{ rows: 0 }]));
    expect(after[0]).toEqual([{ rows: 1 }]);
  } finally {
    await close();
  }
});

it('leaves nothing of a week that could not be stored, and plans it when its cause is mended', async () => {
  const { eros, switches, close } = await openWithSwitches();
  try {
    switches.beforeLogging = () => Promise.reject(new Error('the log is broken'));
    const failing = eros.schedules.planWeek(REQUEST);
    await expect(failing).rejects.toMatchObject({ code: 'saga_failed', cause: new Error('the log is broken') });
    for (const table of TABLES) expect(await query(eros, `SELECT * FROM ${table}`)).toEqual([]);
    switches.beforeLogging = async () => undefined;
    expect((await eros.schedules.planWeek(REQUEST)).items.length).toBeGreaterThan(7);
  } finally {
    await close();
  }
});

it('opens a circuit before a history that keeps failing; a fleet goes on and says who is not planned', async () => {
  const creatorIds = ['c-001', 'c-002', 'c-003', 'c-004'];
  const { eros, switches, close } = await openWithSwitches({
    creatorIds,
    breakers: { message_history: { cooldownMs: 3_600_000 } },
  });
  try {
    let asked = 0;
    switches.beforeHistory = () => {
      asked += 1;
      return Promise.reject(new Error('the warehouse is down'));
    };
    const codes: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      codes.push(
        await eros.schedules.planWeek(REQUEST).then(
          () => 'planned',
          (error: ErosError) => error.code,
        ),
      );
    }
    expect(codes).toEqual(['saga_failed', 'circuit_open', 'circuit_open']);
    expect(asked).toBe(5);
    expect(await eros.breakers.state('message_history')).toBe('open');
    expect(await eros.health()).toMatchObject({ ok: false });
    expect((await eros.reports.unhealthyBreakers()).map(({ name }) => name)).toEqual(['message_history']);

    const seen: number[] = [];
    const report = await eros.schedules.planFleet({
      weekStart: WEEK,
      creatorIds: [...creatorIds, 'nobody', 'c-001'],
      onProgress: ({ done, total }) => seen.push(done * 100 + total),
    });
    expect(report).toMatchObject({ weekStart: WEEK, total: 5, planned: [], already: [] });
    expect(report.failed.map(({ creatorId, code }) => `${creatorId} ${code}`)).toEqual([
      ...creatorIds.map((id) => `${id} circuit_open`),
      'nobody unknown_creator',
    ]);
    expect(seen).toEqual([105, 205, 305, 405, 505]);
    expect(asked).toBe(5);
  } finally {
    await close();
  }
});

it('plans a fleet: what fails is told, what is planned already stays', async () => {
  const { eros, close } = await openHost({ creatorIds: ['c-001', 'c-002', 'c-022'] });
  try {
    const plan = await eros.schedules.planWeek(REQUEST);
    // The active ones are planned if none are named; c-022 is not.
    const report = await eros.schedules.planFleet({ weekStart: WEEK });
    expect(report).toEqual({ weekStart: WEEK, total: 2, planned: ['c-002'], already: ['c-001'], failed: [] });
    expect(await eros.schedules.get(CREATOR, WEEK)).toEqual(plan);
    const stopped = AbortSignal.abort();
    expect(await eros.schedules.planFleet({ weekStart: '2026-11-09', signal: stopped })).toMatchObject({ planned: [] });
    // A mistake in the caller's own callback is the caller's to see.
    const onProgress = (): void => {
      throw new RangeError('the caller is wrong');
    };
    await expect(eros.schedules.planFleet({ weekStart: '2026-11-09', onProgress })).rejects.toThrow(RangeError);
  } finally {
    await close();
  }
});

it('does not replan behind the back of somebody who approves the week meanwhile', async () => {
  const { eros, switches, close } = await openWithSwitches();
  try {
    const plan = await eros.schedules.planWeek(REQUEST);
    switches.beforeHistory = async () => eros.schedules.setStatus(plan.templateId, 'approved');
    await expect(eros.schedules.replanWeek({ ...REQUEST, why })).rejects.toMatchObject({
      code: 'week_not_replaceable',
    });
    expect(await eros.schedules.get(CREATOR, WEEK)).toEqual({ ...plan, status: 'approved' });
  } finally {
    await close();
  }
});
