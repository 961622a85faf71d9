import type { SagaFailedError } from '@eros/domain';
import type { SagaDefinition, SagaStep, StepContext } from './definition.js';
import { codeOf, gate, never, nothing, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

describe('parallel groups', () => {
  let world: SagaWorld;
  beforeEach(() => {
    world = new SagaWorld();
  });

  const definition = (steps: SagaDefinition<unknown>['steps']): SagaDefinition<unknown> => ({
    ...{ name: 'any', version: 1, steps },
  });
  const after = (ms: number, value?: unknown): Promise<unknown> =>
    new Promise((resolve) => world.schedule(() => resolve(value), ms));
  const failing = (): Promise<never> => Promise.reject(new Error('no'));
  const typesOf = async (sagas: { get: ReturnType<SagaWorld['engine']>['sagas']['get'] }, sagaId: string) =>
    (await sagas.get.call(sagas, sagaId))?.timeline.map((e) => ('step' in e ? `${e.type} ${e.step}` : e.type));

  it('run side by side, and hand their results on when all have ended', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      definition([
        {
          parallel: [
            { name: 'slow', execute: () => after(500, 1) },
            { name: 'quick', execute: () => after(200, 2) },
          ],
        },
        {
          name: 'sum',
          execute: async ({ results: { slow, quick } }) => Number(slow) + Number(quick),
        },
      ]),
    );
    const startMs = world.nowMs;
    const { results } = await world.settle(saga.run(request('s')));
    expect(results).toEqual({ slow: 1, quick: 2, sum: 3 });
    expect(world.nowMs - startMs).toBe(500);
    expect(world.commits).toBe(3 + 1);
    expect(await typesOf(sagas, 's')).toEqual([
      ...['created', 'claimed', 'begun', 'step_started slow', 'step_started quick', 'step_ended quick'],
      ...['step_ended slow', 'step_started sum', 'step_ended sum', 'completed'],
    ]);
  });

  it('try nothing again while the failure of another is being written', async () => {
    const append = world.store.append.bind(world.store);
    world.store.append = async (...args) => {
      const held = await append(...args);
      await after(50); // the answer is on its way
      return held;
    };
    let tries = 0;
    const again = async (): Promise<never> => {
      tries += 1;
      return failing();
    };
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      definition([
        {
          parallel: [
            { name: 'again', execute: again, retry: { attempts: 2, delayMs: 100, jitter: 0 } },
            { name: 'fatal', execute: () => after(120).then(failing) },
          ],
        },
      ]),
    );
    expect(await codeOf(world.settle(saga.run(request('s'))))).toBe('saga_failed');
    expect(tries).toBe(1);
  });

  it('abort the others when one fails, wait for them, then undo one by one in reverse order of start', async () => {
    const told: string[] = [];
    const undo = (name: string) => async () => void told.push(`undo ${name}`);
    const heeding = ({ signal }: StepContext<unknown>): Promise<unknown> =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          told.push('heeding is told');
          void after(300).then(() => reject(new Error('stopped half way')));
        }),
      );
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      definition([
        { name: 'first', execute: nothing, compensate: undo('first') },
        {
          parallel: [
            { name: 'heeding', execute: heeding, compensate: undo('heeding') },
            { name: 'deaf', timeoutMs: 900, execute: never, compensate: undo('deaf') },
            { name: 'ending', execute: () => after(200, 'done'), compensate: undo('ending') },
            { name: 'failing', execute: () => after(100).then(failing), compensate: undo('failing') },
          ],
        },
        { name: 'never', execute: never },
      ]),
    );
    const startMs = world.nowMs;
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(error).toMatchObject({ status: 'failed', failedStep: 'failing', reason: 'no', cause: new Error('no') });
    // The deaf one was waited for, up to its timeout.
    expect(world.nowMs - startMs).toBe(900);
    expect(told).toEqual(['heeding is told', 'undo failing', 'undo ending', 'undo deaf', 'undo heeding', 'undo first']);
    expect((await typesOf(sagas, 's'))?.slice(9, 14)).toEqual([
      ...[
        'step_failed failing',
        'compensation_started',
        'step_ended ending',
        'step_aborted heeding',
        'step_aborted deaf',
      ],
    ]);
    expect(await sagas.get('s')).toMatchObject({ stepsCompleted: ['first', 'ending'] });
  });

  it('do not wait out a pause between two tries of a member when another one fails', async () => {
    const { sagas } = world.engine('a');
    const retry = { attempts: 5, delayMs: 60_000, maxDelayMs: 60_000, jitter: 0 };
    const saga = sagas.define(
      definition([
        {
          parallel: [
            { name: 'patient', retry, execute: failing },
            { name: 'failing', execute: () => after(100).then(failing) },
          ],
        },
      ]),
    );
    const startMs = world.nowMs;
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(world.nowMs - startMs).toBe(100);
  });

  it('run their transactions one after another, each with its own journal entry', async () => {
    let open = 0;
    const transaction = (name: string): SagaStep<unknown> => ({
      name,
      kind: 'transaction',
      execute: async ({ tx }) => {
        expect((open += 1)).toBe(1);
        await world.count(name, 1, tx);
        await after(50);
        open -= 1;
      },
    });
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      definition([
        {
          parallel: [transaction('t1'), transaction('t2'), { name: 'e', execute: () => after(60) }, transaction('t3')],
        },
      ]),
    );
    await world.settle(saga.run(request('s')));
    expect(['t1', 't2', 't3'].map((name) => world.counted(name))).toEqual([1, 1, 1]);
    expect(world.commits).toBe(4 + 1);
  });

  it('undo a transaction that has committed, and no other', async () => {
    const transaction = (name: string, ms: number): SagaStep<unknown> => ({
      name,
      kind: 'transaction',
      execute: async ({ tx }) => {
        await world.count(name, 1, tx);
        await after(ms);
      },
      compensate: ({ tx }) => world.count(name, -1, tx),
    });
    const { sagas } = world.engine('a');
    const steps = [transaction('t1', 0), { name: 'e', execute: () => after(30).then(failing) }, transaction('t2', 60)];
    const saga = sagas.define(definition([{ parallel: [...steps, transaction('t3', 0)] }]));
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(['t1', 't2', 't3'].map((name) => world.counted(name))).toEqual([0, 0, 0]);
    const undos = (await typesOf(sagas, 's'))?.filter((type) => type.startsWith('undo_started'));
    expect(undos).toEqual(['undo_started t2', 'undo_started t1']); // t3 had not begun
  });

  it('let the others end when one is given up for an operator', async () => {
    let isMended = false;
    const { sagas } = world.engine('a');
    const kept: SagaStep<unknown> = {
      ...{ name: 'kept', onExhausted: 'park' },
      execute: () => (isMended ? nothing() : failing()),
    };
    const saga = sagas.define(definition([{ parallel: [kept, { name: 'slow', execute: () => after(500) }] }]));
    const startMs = world.nowMs;
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(world.nowMs - startMs).toBe(500);
    expect(await sagas.get('s')).toMatchObject({ status: 'in_progress', stuck: true, stepsCompleted: ['slow'] });
    isMended = true;
    await sagas.retryStep('s', 'kept', { by: 'op', reason: 'mended' });
    expect(await world.settle(saga.run(request('s')))).toMatchObject({ sagaId: 's' });
  });

  it('keep their deadline, all of them', async () => {
    const { sagas } = world.engine('a');
    const slow = (name: string): SagaStep<unknown> => ({ name, execute: () => after(2_000), compensate: nothing });
    const saga = sagas.define({ ...definition([{ parallel: [slow('x'), slow('y')] }]), timeoutMs: 1_000 });
    const startMs = world.nowMs;
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(error).toMatchObject({ status: 'failed', reason: 'the deadline of the saga passed' });
    expect(world.nowMs - startMs).toBe(1_000);
  });

  it('end for all when their worker loses the saga', async () => {
    const gates = [gate(), gate()];
    const steps = gates.map(({ work }, i): SagaStep<unknown> => ({ name: `s${i}`, timeoutMs: 60_000, execute: work }));
    const a = world.engine('a');
    const end = codeOf(a.sagas.define(definition([{ parallel: steps }])).run(request('s')));
    await world.pass(1);
    a.cutOff(['renew', 'find', 'claim']);
    await world.pass(11_000);
    expect(gates.map(({ contexts }) => contexts[0]?.signal.aborted)).toEqual([true, true]);
    expect(await world.settle(end)).toContain('cut off');
    await world.settle(a.sagas.close());
  });
});
