import type { SagaStep } from './definition.js';
import type { Sagas } from './sagas.js';
import { codeOf, gate, never, nothing, of, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

const why = { by: 'dana', reason: 'wrong bundle' };

describe('operators', () => {
  let world: SagaWorld;
  beforeEach(() => {
    world = new SagaWorld();
  });

  const undone: string[] = [];
  beforeEach(() => void (undone.length = 0));
  const step = (name: string, execute: SagaStep<unknown>['execute'] = nothing): SagaStep<unknown> => ({
    ...{ name, timeoutMs: 60_000, execute: execute as () => Promise<unknown> },
    compensate: async () => void undone.push(name),
  });
  const failing = (): Promise<never> => Promise.reject(new Error('jammed'));
  const lastOf = async (sagas: Sagas, sagaId: string) => (await sagas.get(sagaId))?.timeline.at(-1);

  it('cancel a running saga: its step is told, waited for and undone with the rest', async () => {
    const { work, contexts, open } = gate();
    const { sagas } = world.engine('a');
    const saga = sagas.define(of(step('a'), step('b', work), step('c')));
    const end = codeOf(saga.run(request('s')));
    await world.pass(1);
    await sagas.cancel('s', why);
    await world.pass(1);
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(await sagas.get('s')).toMatchObject({ status: 'in_progress', requested: 'cancel' });
    open('late, but done');
    expect(await world.settle(end)).toBe('saga_failed');
    expect(undone).toEqual(['b', 'a']);
    expect(await sagas.get('s')).toMatchObject({
      ...{ status: 'rolled_back', stepsCompleted: ['a', 'b'], errorMessage: 'cancelled by dana: wrong bundle' },
    });
    expect((await sagas.get('s'))?.timeline.find(({ type }) => type === 'requested')).toMatchObject({
      action: 'cancel',
      ...why,
    });
    expect(await codeOf(sagas.cancel('s', why))).toBe('saga_not_reversible');
  });

  it('cancel a saga of another process, which takes notice when it renews its lease', async () => {
    const { work, contexts, open } = gate();
    const [a, b] = [world.engine('a'), world.engine('b')];
    const end = codeOf(a.sagas.define(of(step('a', work))).run(request('s')));
    await world.pass(1);
    await b.sagas.cancel('s', why);
    await world.pass(3_400);
    expect(contexts[0]?.signal.aborted).toBe(true);
    open();
    expect(await world.settle(end)).toBe('saga_failed');
    expect(undone).toEqual(['a']);
  });

  it('cancel a saga of another process, which takes notice when it writes; the end of the step is not lost', async () => {
    const { work, open } = gate();
    const [a, b] = [world.engine('a'), world.engine('b')];
    const end = codeOf(a.sagas.define(of(step('a', work), step('b'))).run(request('s')));
    await world.pass(1);
    await b.sagas.cancel('s', why);
    open('done');
    expect(await world.settle(end)).toBe('saga_failed');
    expect(await b.sagas.get('s')).toMatchObject({ status: 'rolled_back', stepsCompleted: ['a'] });
    expect(undone).toEqual(['a']);
  });

  it('cancel around a transaction, which has committed with its entry or has not happened', async () => {
    const [a, b] = [world.engine('a'), world.engine('b')];
    const transaction: SagaStep<unknown> = {
      name: 't',
      kind: 'transaction',
      execute: async ({ tx }) => {
        await world.count('t', 1, tx);
        await new Promise((resolve) => world.schedule(() => resolve(undefined), 100));
      },
      compensate: ({ tx }) => world.count('t', -1, tx),
    };
    const end = codeOf(a.sagas.define(of(transaction, step('b', never))).run(request('s')));
    await world.pass(1);
    const cancelling = b.sagas.cancel('s', why); // queues behind the transaction
    expect(await world.settle(end)).toBe('saga_failed');
    await cancelling;
    expect(world.counted('t')).toBe(0);
  });

  it('are told when the pivot has ended, also when it ends before the wish is carried out', async () => {
    const { work, open } = gate();
    const { sagas } = world.engine('a');
    const saga = sagas.define(of({ name: 'p', pivot: true, execute: work }, step('q')));
    const end = saga.run(request('s'));
    await world.pass(1);
    await sagas.cancel('s', why);
    open();
    await world.settle(end);
    expect(await sagas.get('s')).toMatchObject({ status: 'completed', stepsCompleted: ['p', 'q'] });
    expect((await sagas.get('s'))?.timeline.map(({ type }) => type)).toContain('request_refused');

    const later = sagas.define({ ...of({ name: 'p', pivot: true, execute: nothing }, step('q', failing)), version: 2 });
    expect(await world.settle(codeOf(later.run(request('t'))))).toBe('saga_failed');
    expect(await codeOf(sagas.cancel('t', why))).toBe('saga_not_reversible');
    expect((await sagas.get('t'))?.stuckAt).toEqual({ type: 'step', steps: ['q'], isCancellable: false });
    expect(await sagas.get('s')).not.toHaveProperty('stuckAt');
  });

  it('roll back what was to be cancelled only; no wish is accepted that can only be refused', async () => {
    const { sagas } = world.engine('a');
    const pivot = { ...step('p', failing), pivot: true, onExhausted: 'park' } as const;
    const saga = sagas.define(of(step('a'), pivot, step('z')));
    for (const sagaId of ['s', 't']) expect(await world.settle(codeOf(saga.run(request(sagaId))))).toBe('saga_failed');
    await sagas.cancel('s', why);
    await sagas.rollBack('s', { by: 'lee', reason: 'all of it' });
    expect(await sagas.get('s')).toMatchObject({ requested: 'roll_back' });
    await sagas.skipStep('t', 'p', why);
    expect(await codeOf(sagas.cancel('t', why))).toBe('saga_not_reversible');
    await sagas.rollBack('t', why);
    await world.settle(sagas.start());
    await world.pass(1);
    expect(await sagas.get('s')).toMatchObject({
      status: 'rolled_back',
      errorMessage: 'rolled back by lee: all of it',
    });
    expect(await sagas.get('t')).toMatchObject({ status: 'rolled_back', stepsCompleted: ['a'] });
    await world.settle(sagas.close());
  });

  it('roll a completed saga back, but none that a worker is executing', async () => {
    const { work, open } = gate();
    const [a, b] = [world.engine('a'), world.engine('b')];
    const definition = of(step('a'), { ...step('p', work), pivot: true }, step('c'));
    const end = a.sagas.define(definition).run(request('s'));
    await world.pass(1);
    expect(await codeOf(b.sagas.rollBack('s', why))).toBe('saga_leased');
    open();
    await world.settle(end);
    await b.sagas.rollBack('s', why);
    expect(await b.sagas.get('s')).toMatchObject({ status: 'completed', requested: 'roll_back', unclaimed: true });
    expect(await b.sagas.unclaimed()).toEqual([{ name: 'any', version: 1, count: 1 }]);
    // Whoever has the definition carries it out.
    await world.settle(a.sagas.start());
    await world.pass(1);
    expect(undone).toEqual(['c', 'p', 'a']);
    expect(await b.sagas.get('s')).toMatchObject({
      status: 'rolled_back',
      errorMessage: 'rolled back by dana: wrong bundle',
    });
    expect(await b.sagas.unclaimed()).toEqual([]);
    expect(await codeOf(b.sagas.rollBack('s', why))).toBe('saga_not_reversible');
    await world.settle(a.sagas.close());
  });

  it('retry and skip only the step that a saga is parked at', async () => {
    const { sagas } = world.engine('a');
    let tries = 0;
    const jammed = step('b', async () => {
      tries += 1;
      throw new Error('jammed');
    });
    const saga = sagas.define(of(step('a'), { ...jammed, onExhausted: 'park' }, step('c')));
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(await codeOf(sagas.skipStep('s', 'a', why))).toBe('not_parked');
    expect(await codeOf(sagas.retryStep('s', 'b', { by: '', reason: 'x' }))).toBe('invalid_settings');
    expect(await codeOf(sagas.cancel('s', undefined as never))).toBe('invalid_settings');
    await sagas.retryStep('s', 'b', why);
    expect(await codeOf(sagas.retryStep('s', 'b', why))).toBe('not_parked');
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(tries).toBe(2);
    await sagas.skipStep('s', 'b', why);
    const { results } = await world.settle(saga.run(request('s')));
    expect([results, tries]).toEqual([{}, 2]);
    expect(await sagas.get('s')).toMatchObject({ status: 'completed', stepsCompleted: ['a', 'c'] });
    expect((await sagas.get('s'))?.timeline.filter((e) => 'by' in e)).toMatchObject([
      { type: 'step_reopened', step: 'b', ...why },
      { type: 'step_skipped', step: 'b', ...why },
    ]);
    expect(await codeOf(sagas.cancel('unknown', why))).toBe('unknown_saga');
  });

  it('skip an undo that cannot succeed: the saga has then failed as it should', async () => {
    const { sagas } = world.engine('a');
    const stubborn: SagaStep<unknown> = {
      ...{ name: 'a', execute: nothing, compensate: failing },
      compensation: { retry: { attempts: 1 } },
    };
    const saga = sagas.define(of(stubborn, step('b', failing)));
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(await sagas.get('s')).toMatchObject({ status: 'compensating', stuckReason: 'undo_exhausted' });
    expect((await sagas.get('s'))?.stuckAt).toMatchObject({ type: 'undo', isCancellable: false });
    await sagas.skipStep('s', 'a', why);
    await world.settle(sagas.start());
    await world.pass(1);
    expect(await lastOf(sagas, 's')).toMatchObject({ type: 'failed' });
    expect(await sagas.get('s')).toMatchObject({
      status: 'failed',
      failedStep: 'b',
      compensationErrors: [{ step: 'a' }],
    });
    await world.settle(sagas.close());
  });

  it('cancel a saga that is parked, and one that nobody has begun', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(of(step('a'), { ...step('b', failing), onExhausted: 'park' }));
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    await world.database.transaction((transaction) => saga.start({ ...request('t'), transaction }));
    for (const sagaId of ['s', 't']) await sagas.cancel(sagaId, why);
    await world.settle(sagas.start());
    await world.pass(1);
    expect(await sagas.get('s')).toMatchObject({ status: 'rolled_back', stuck: false, failedStep: 'b' });
    expect(await sagas.get('t')).toMatchObject({ status: 'rolled_back', stepsCompleted: [] });
    expect(undone).toEqual(['b', 'a']);
    await world.settle(sagas.close());
  });

  it('skip a step that ends every process which works on it', async () => {
    const definition = of({ ...step('a', never), timeoutMs: 1e9 }, step('b'));
    for (let i = 0; i <= 3; i += 1) {
      const { sagas, cutOff } = world.engine(`node-${i}`, { settings: { recoveriesMax: 2 } });
      const saga = sagas.define(definition);
      if (i === 0) await world.settle(saga.start(request('s')));
      else await world.settle(sagas.start());
      cutOff(['renew', 'claimable', 'append', 'find']); // as good as dead
      await world.pass(11_000);
    }
    const { sagas } = world.engine('last');
    const saga = sagas.define(definition);
    expect(await sagas.get('s')).toMatchObject({ stuckReason: 'recovered_too_often' });
    await sagas.skipStep('s', 'a', why);
    await world.settle(saga.run(request('s')));
    expect(await sagas.get('s')).toMatchObject({ status: 'completed', stepsCompleted: ['b'] });
  });
});
