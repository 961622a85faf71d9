import { ContainerModule } from 'inversify';
import { bindings } from '../bindings.js';
import type { Eros } from '../eros.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { until } from '../testing/until.js';

const CREATOR = 'c-014';
const WEEK = '2026-11-02';
const REQUEST = { creatorId: CREATOR, weekStart: WEEK };
const why = { by: 'dana', reason: 'new prices' };

/** An engine whose planning can be stopped where it asks for captions. */
async function openGated() {
  let gate: Promise<void> | undefined;
  let reached = (): void => undefined;
  const modules = [
    new ContainerModule(({ onActivation }) => {
      onActivation(bindings.captionSource, (_, source) => ({
        captionsFor: async (creatorId) => {
          reached();
          await gate;
          return source.captionsFor(creatorId);
        },
      }));
    }),
  ];
  const host = await openHost({ creatorIds: [CREATOR], modules });
  await host.eros.start();
  await host.eros.schedules.planWeek(REQUEST);
  /** It takes more slots: then, whatever becomes of the week before, the rotation stays where it is. */
  const planLater = (weekStart: string) => host.eros.schedules.planWeek({ creatorId: CREATOR, weekStart });
  await planLater('2026-11-09');
  /** Stops whoever asks next; the answer lets all go on. */
  const stopNext = async (work: () => void): Promise<() => void> => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const stopped = new Promise<void>((resolve) => (reached = resolve));
    work();
    await stopped;
    return () => {
      gate = undefined;
      open();
    };
  };
  return { ...host, stopNext, planLater };
}

async function sagaOf(eros: Eros): Promise<string> {
  const [row] = await query<{ saga_id: string }>(eros, 'SELECT saga_id FROM schedule_templates WHERE week_start = ?', [
    WEEK,
  ]);
  return row?.saga_id ?? '';
}

async function rollBack(eros: Eros, sagaId: string): Promise<void> {
  await eros.sagas.rollBack(sagaId, { by: 'ops', reason: 'a test' });
  await until(
    async () => (await eros.sagas.get(sagaId))?.status,
    (status) => status === 'rolled_back',
  );
}

const replansLogged = async (eros: Eros) =>
  (await query(eros, "SELECT id FROM timing_operation_log WHERE event_type = 'week_replanned'")).length;

it('replans what there is when the replan before it is rolled back meanwhile', async () => {
  const { eros, stopNext, planLater, close } = await openGated();
  try {
    await eros.schedules.replanWeek({ ...REQUEST, why });
    await planLater('2026-11-16');
    const second = await sagaOf(eros);
    let replanning: Promise<unknown> = Promise.resolve();
    const goOn = await stopNext(() => (replanning = eros.schedules.replanWeek({ ...REQUEST, why })));
    await rollBack(eros, second);
    goOn();
    expect(await replanning).toMatchObject({ replacedCount: 3 });
    expect(await replansLogged(eros)).toBe(2);
    const stands = await eros.sagas.get(await sagaOf(eros));
    expect(stands).toMatchObject({ status: 'completed', input: { replan: { round: 3 } } });
  } finally {
    await close();
  }
});

it('says so when the week is taken back while it is replanned', async () => {
  const { eros, stopNext, close } = await openGated();
  try {
    const first = await sagaOf(eros);
    let replanning: Promise<unknown> = Promise.resolve();
    const goOn = await stopNext(() => {
      replanning = eros.schedules.replanWeek({ ...REQUEST, why });
      replanning.catch(() => undefined);
    });
    await rollBack(eros, first);
    goOn();
    await expect(replanning).rejects.toMatchObject({ code: 'unknown_week' });
    expect(await eros.schedules.get(CREATOR, WEEK)).toBeUndefined();
  } finally {
    await close();
  }
});

it('replans a week that was taken back and planned anew, within the hour', async () => {
  const { eros, close } = await openGated();
  try {
    const first = await sagaOf(eros);
    await eros.schedules.replanWeek({ ...REQUEST, why });
    await rollBack(eros, await sagaOf(eros));
    await rollBack(eros, first);
    expect(await eros.schedules.planWeek(REQUEST)).toMatchObject({ replacedCount: 0 });
    expect(await eros.schedules.replanWeek({ ...REQUEST, why })).toMatchObject({ replacedCount: 1 });
    expect(await replansLogged(eros)).toBe(2);
  } finally {
    await close();
  }
});
