import { ContainerModule } from 'inversify';
import { bindings } from '../bindings.js';
import { createEros } from '../create-eros.js';
import type { Eros } from '../eros.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { until } from '../testing/until.js';

const CREATOR = 'c-014';
const WEEK = '2026-11-02';
const REQUEST = { creatorId: CREATOR, weekStart: WEEK };
const why = { by: 'dana', reason: 'new prices' };
const sagas = { sweepMs: 20 };
/** Short, but its third is still time enough for the transaction of a busy machine. */
const leaseMs = 6_000;

/** Where an engine has read a rotation: whoever is caught there goes on with what it has read when it is let go. */
class Gate {
  private reached: (() => void) | undefined;
  private pass: (() => void) | undefined;
  private isShut = false;

  readonly module = new ContainerModule(({ onActivation }) => {
    onActivation(bindings.rotationStore, (_, store) =>
      except(store, {
        load: async (creatorId, tx) => {
          const loaded = await store.load(creatorId, tx);
          if (this.isShut && !tx) {
            this.isShut = false;
            this.reached?.();
            await new Promise<void>((pass) => (this.pass = pass));
          }
          return loaded;
        },
      }),
    );
  });

  /** Resolves when somebody has come, and stands there. */
  async catchNext(): Promise<void> {
    this.isShut = true;
    await new Promise<void>((reached) => (this.reached = reached));
  }

  open(): void {
    this.pass?.();
  }
}

/**
 * A caller whose saga another engine takes over while it is composed: the caller's own can neither renew its lease nor
 * take the saga up again, as one that stands still for a while cannot.
 */
async function openWithWorker() {
  const [gate, workersGate] = [new Gate(), new Gate()];
  const isDeaf = { value: false };
  const deaf = new ContainerModule(({ onActivation }) => {
    onActivation(bindings.sagaStore, (_, store) =>
      except(store, {
        renew: (held) => (isDeaf.value ? new Promise<never>(() => undefined) : store.renew(held)),
        claim: (...claim) => (isDeaf.value ? Promise.resolve(undefined) : store.claim(...claim)),
      }),
    );
  });
  const host = await openHost({ creatorIds: [CREATOR], sagas, leaseMs, modules: [gate.module, deaf] });
  const worker = await createEros({
    ...{ database: host.database, sagas, leaseMs },
    modules: [
      workersGate.module,
      new ContainerModule(({ rebind }) => void rebind(bindings.clock).toConstantValue(host.clock)),
    ],
  });
  const close = async (): Promise<void> => {
    await worker.close();
    await host.close();
  };
  /** The caller stands still in the midst of its work, and the worker has come as far with the same saga. */
  const takeOver = async (call: () => void): Promise<void> => {
    const callerStands = gate.catchNext();
    const workerStands = workersGate.catchNext();
    isDeaf.value = true;
    call();
    await callerStands;
    await worker.start();
    await workerStands;
    isDeaf.value = false;
  };
  return { eros: host.eros, worker, takeOver, gate, workersGate, close };
}

/** The store, but for some of its methods. */
const except = <Store extends object>(store: Store, others: Partial<Store>): Store =>
  Object.assign(Object.create(store) as Store, others);

const endsOf = (eros: Eros) =>
  query<{ status: string }>(eros, 'SELECT status FROM saga_execution_log WHERE saga_id LIKE ? ORDER BY id', [
    `plan:${CREATOR}:${WEEK}:%`,
  ]);

async function rollBackWeek(eros: Eros): Promise<void> {
  const sql = 'SELECT saga_id FROM schedule_templates WHERE week_start = ?';
  const [{ saga_id: sagaId }] = (await query<{ saga_id: string }>(eros, sql, [WEEK])) as [{ saga_id: string }];
  await eros.sagas.rollBack(sagaId, { by: 'ops', reason: 'a test' });
  const saga = await until(
    () => eros.sagas.get(sagaId),
    (found) => found?.status === 'rolled_back' || Boolean(found?.stuck),
  );
  if (saga?.stuck) throw new Error(`the roll-back is stuck: ${saga.stuck}`);
}

it('plans anew when another process has finished the saga, and met a moved rotation', async () => {
  const { eros, takeOver, gate, workersGate, close } = await openWithWorker();
  try {
    let planning: Promise<unknown> = Promise.resolve();
    await takeOver(() => (planning = eros.schedules.planWeek(REQUEST)));
    await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: '2026-11-09' });
    workersGate.open();
    expect(await planning).toMatchObject({ weekStart: WEEK, replacedCount: 0 });
    expect(await endsOf(eros)).toEqual([{ status: 'failed' }, { status: 'completed' }]);
    gate.open();
  } finally {
    await close();
  }
});

it('replans what there is when another process has finished the saga, and met a week that was moved', async () => {
  const { eros, takeOver, gate, workersGate, close } = await openWithWorker();
  try {
    await eros.schedules.planWeek(REQUEST);
    await eros.schedules.replanWeek({ ...REQUEST, why });
    let replanning: Promise<unknown> = Promise.resolve();
    await takeOver(() => (replanning = eros.schedules.replanWeek({ ...REQUEST, why })));
    await rollBackWeek(eros);
    workersGate.open();
    expect(await replanning).toMatchObject({ replacedCount: 3 });
    const ends = (await endsOf(eros)).map(({ status }) => status);
    expect(ends).toEqual(['completed', 'rolled_back', 'failed', 'completed']);
    gate.open();
  } finally {
    await close();
  }
});
