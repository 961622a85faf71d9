import type { SagaDefinition, StepContext } from './definition.js';
import { gate, of, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

const HOUR_MS = 3_600_000;
const retry = { attempts: 2, delayMs: HOUR_MS, maxDelayMs: HOUR_MS, jitter: 0 };

describe('sagas that wait long for their next try', () => {
  let world: SagaWorld;
  let failed: number;
  beforeEach(() => {
    world = new SagaWorld();
    failed = 0;
  });
  /** Its first try fails. */
  const flaky = (second: (context: StepContext<unknown>) => Promise<unknown>): SagaDefinition<unknown> => ({
    ...{ name: 'flaky', version: 1 },
    steps: [
      {
        ...{ name: 'a', retry, timeoutMs: 60_000 },
        execute: async (context) => {
          if (context.attempt > 1) return second(context);
          failed += 1;
          throw new Error('down');
        },
      },
    ],
  });
  const engine = (node: string) => world.engine(node, { settings: { runningMax: 2 } }).sagas;
  const startAll = async (sagas: ReturnType<typeof engine>, definition: SagaDefinition<unknown>, ids: string[]) => {
    const saga = sagas.define(definition);
    for (const sagaId of ids) {
      await world.database.transaction((transaction) => saga.start({ ...request(sagaId), transaction }));
    }
  };

  it('keep no other saga from being executed, stay with their worker, and go on at their time', async () => {
    const sagas = engine('a');
    const done: string[] = [];
    const note = async ({ sagaId }: { sagaId: string }) => void done.push(sagaId);
    await startAll(sagas, flaky(note), ['f1', 'f2', 'f3', 'f4', 'f5']);
    await startAll(sagas, of({ name: 'a', execute: note }), ['g1', 'g2', 'g3']);
    await world.settle(sagas.start());
    await world.pass(5_000);
    expect([done, failed]).toEqual([['g1', 'g2', 'g3'], 5]);
    expect(world.ownerOf('f1')).toBe('a');
    await world.pass(HOUR_MS - 10_000);
    expect(done).toHaveLength(3);
    await world.pass(10_000);
    expect(done.slice(3).sort()).toEqual(['f1', 'f2', 'f3', 'f4', 'f5']);
    expect((await sagas.get('f1'))?.timeline.filter(({ type }) => type === 'claimed')).toHaveLength(1);
    await world.settle(sagas.close());
  });

  it('are no more at once than may be when they wake: those without a place are handed back until there is one', async () => {
    const sagas = engine('a');
    const { work, contexts, open } = gate();
    const ids = ['f1', 'f2', 'f3', 'f4', 'f5'];
    await startAll(sagas, flaky(work), ids);
    await world.settle(sagas.start());
    await world.pass(HOUR_MS + 5_000);
    expect([failed, contexts.length]).toEqual([5, 2]);
    expect(ids.filter((id) => world.ownerOf(id) === 'a')).toHaveLength(2);
    for (let rounds = 0; rounds < 3; rounds += 1) {
      open();
      await world.pass(2_000);
    }
    expect(contexts.map(({ sagaId }) => sagaId).sort()).toEqual(ids);
    const { items } = await sagas.list();
    expect(items.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
    await world.settle(sagas.close());
  });

  it('go on in a process that does not sweep, however much it is at', async () => {
    const sagas = engine('a');
    const { work, contexts, open } = gate();
    const saga = sagas.define(flaky(work));
    const ids = ['f1', 'f2', 'f3', 'f4'];
    for (const sagaId of ids) await world.settle(saga.start(request(sagaId)));
    await world.pass(HOUR_MS + 1);
    expect(contexts).toHaveLength(4);
    open();
    await world.settle(sagas.close());
  });

  it('are no longer asleep while another member of their group is at work', async () => {
    const sagas = engine('a');
    const { work, contexts, open } = gate();
    const [sleeper] = flaky(work).steps;
    if (!sleeper || sleeper.kind !== undefined || 'parallel' in sleeper) throw new Error('no step');
    const busy = { name: 'b', timeoutMs: 60_000, execute: work };
    await startAll(sagas, { name: 'pair', version: 1, steps: [{ parallel: [sleeper, busy] }] }, ['p1', 'p2', 'p3']);
    await world.settle(sagas.start());
    await world.pass(5_000);
    expect(contexts.map(({ sagaId }) => sagaId)).toEqual(['p1', 'p2']);
    open();
    await world.pass(2_000);
    expect(contexts.map(({ sagaId }) => sagaId)).toEqual(['p1', 'p2', 'p3']);
    open();
    await world.settle(sagas.close());
  });
});
