import type { SagaFailedError, Transaction } from '@eros/domain';
import type { SagaStep, StepContext } from './definition.js';
import { sagaSettings } from './settings.js';
import { codeOf, gate, never, nothing, of, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

describe('sagas', () => {
  let world: SagaWorld;
  beforeEach(() => {
    world = new SagaWorld();
  });

  it('runs without start(): results of earlier steps, the input, and what it all came to', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define<{ n: number }>({
      ...{ name: 'sum', version: 1 },
      steps: [
        { name: 'double', execute: async ({ input }) => ({ value: input.n * 2 }) },
        { name: 'nothing', execute: nothing },
        { name: 'add', execute: async ({ results }) => (results['double'] as { value: number }).value + 1 },
      ],
    });
    const end = await world.settle(saga.run({ creatorId: 'c', input: { n: 4 } }));
    expect(end).toEqual({ sagaId: 'saga-1', results: { double: { value: 8 }, add: 9 }, executionTimeMs: 0 });
    expect(await sagas.get('saga-1')).toMatchObject({
      ...{
        status: 'completed',
        name: 'sum',
        version: 1,
        input: { n: 4 },
        stepsCompleted: ['double', 'nothing', 'add'],
      },
      ...{ stuck: false, unclaimed: false, executionTimeMs: 0, completedAt: new Date(world.nowMs) },
    });
    expect((await sagas.get('saga-1'))?.timeline.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      ...['1 created', '2 claimed', '3 begun', '4 step_started', '5 step_ended', '6 step_started', '7 step_ended'],
      ...['8 step_started', '9 step_ended', '10 completed'],
    ]);
    expect(await sagas.get('unknown')).toBeUndefined();
  });

  it('gives each step an input and results of its own, whatever another one has done to what it was given', async () => {
    type Input = { tags: string[] };
    const spoil = async ({ input, results }: StepContext<Input>) => {
      input.tags.push('spoilt');
      for (const result of Object.values(results)) (result as { seen: string[] }).seen.push('spoilt');
      return { seen: input.tags };
    };
    const saga = world.engine('a').sagas.define<Input>({
      ...{ name: 'spoil', version: 1 },
      steps: ['a', 'b', 'c'].map((name) => ({ name, execute: spoil })),
    });
    const { results } = await world.settle(saga.run({ creatorId: 'c', input: { tags: ['new'] } }));
    const seen = ['new', 'spoilt'];
    expect(results).toEqual({ a: { seen }, b: { seen }, c: { seen } });
  });

  it('is the same saga under the same id: run twice, executed once', async () => {
    let count = 0;
    const saga = world.engine('a').sagas.define(of({ name: 'a', execute: async () => (count += 1) }));
    const ends = await world.settle(Promise.all([1, 2, 3].map(() => saga.run(request('s', { x: 1 })))));
    ends.push(await world.settle(saga.run(request('s', { x: 1 }))));
    expect(ends.map(({ results }) => results)).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }]);
    expect(await codeOf(saga.run(request('s', { x: 2 })))).toBe('saga_exists');
  });

  it('refuses what cannot be started', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(of({ name: 'a', execute: nothing }));
    expect(await codeOf(saga.start({ creatorId: 'nobody', input: null }))).toBe('unknown_creator');
    expect(await codeOf(saga.start({ creatorId: 'c', input: { at: new Date() } }))).toBe('invalid_settings');
    expect(await codeOf(saga.start({ creatorId: 'c', input: { n: 1n } }))).toBe('invalid_settings');
    expect(await codeOf(saga.start({ creatorId: 'c', input: null, sagaId: ' ' }))).toBe('invalid_settings');
    for (const priority of [1.5, NaN, 2 ** 31, '5' as never, null as never]) {
      expect(await codeOf(saga.start({ creatorId: 'c', input: null, priority }))).toBe('invalid_settings');
    }
    expect(await codeOf((async () => sagas.define(of()))())).toBe('invalid_definition');
    expect(await codeOf((async () => sagas.define(of({ name: 'b', execute: nothing })))())).toBe('invalid_definition');
    expect((await sagas.list()).items).toEqual([]);
    expect(() => sagaSettings({ leaseMs: 3_000, transactionTimeoutMs: 1_000 })).toThrow('transactionTimeoutMs');
    expect(() => sagaSettings({ leaseMs: 3_000, renewEveryMs: 2_000 })).toThrow('renewEveryMs');
    expect(() => sagaSettings({ sweepMs: NaN })).toThrow('sweepMs');
  });

  it('exists only if the transaction that started it commits, and is begun by a started engine within one sweep', async () => {
    const { sagas } = world.engine('a');
    const done: string[] = [];
    const saga = sagas.define(of({ name: 'a', execute: async ({ sagaId }) => void done.push(sagaId) }));
    await world.settle(sagas.start());
    const startIn = (sagaId: string, work: (tx: Transaction) => Promise<unknown>) =>
      world.database.transaction(async (transaction) => {
        const handle = await saga.start({ ...request(sagaId), transaction });
        await work(transaction);
        return handle;
      });
    expect(await codeOf(startIn('s1', () => Promise.reject(new Error('no'))))).toBe('Error: no');
    const handle = await startIn('s2', nothing);
    expect(await sagas.get('s2')).toMatchObject({ status: 'pending' });
    await world.pass(1_000);
    expect(done).toEqual(['s2']);
    expect(await world.settle(handle.wait())).toMatchObject({ sagaId: 's2' });
    expect(await sagas.get('s1')).toBeUndefined();
    await world.settle(sagas.close());
  });

  it('tells why it failed: the step, and the error itself', async () => {
    const { sagas } = world.engine('a');
    const cause = Object.assign(new Error('sold out'), { code: 'E_SOLD' });
    const saga = sagas.define(of({ name: 'a', execute: nothing }, { name: 'b', execute: () => Promise.reject(cause) }));
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(error).toMatchObject({
      code: 'saga_failed',
      status: 'failed',
      isStuck: false,
      failedStep: 'b',
      reason: 'sold out',
      cause,
    });
    const again = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(again).toMatchObject({ code: 'saga_failed', failedStep: 'b', reason: 'sold out' });
    expect((await sagas.get('s'))?.timeline.find(({ type }) => type === 'step_failed')).toMatchObject({
      problem: { kind: 'error', name: 'Error', message: 'sold out', code: 'E_SOLD' },
    });
  });

  it('tries again after a growing wait, each time with a higher fence and the same key', async () => {
    const seen: [number, number, string, number][] = [];
    const startMs = world.nowMs;
    const saga = world.engine('a').sagas.define(
      of({
        name: 'a',
        retry: { attempts: 3, delayMs: 100, factor: 10, jitter: 0 },
        execute: async ({ attempt, fence, idempotencyKey }) => {
          seen.push([attempt, fence, idempotencyKey, world.nowMs - startMs]);
          if (attempt < 3) throw new Error('not yet');
        },
      }),
    );
    await world.settle(saga.run(request('s')));
    expect(seen.map(([attempt, , key, atMs]) => [attempt, key, atMs])).toEqual([
      [1, 's:a', 0],
      [2, 's:a', 100],
      [3, 's:a', 1_100],
    ]);
    const fences = seen.map(([, fence]) => fence);
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  });

  it('aborts a step that takes too long, and undoes it, since nobody knows what it did', async () => {
    const { work, contexts } = gate();
    const undone: unknown[] = [];
    const saga = world.engine('a').sagas.define(
      of({
        ...{ name: 'a', timeoutMs: 700, execute: work },
        compensate: async ({ idempotencyKey, signal }) => void undone.push([idempotencyKey, signal.aborted]),
      }),
    );
    const startMs = world.nowMs;
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(world.nowMs - startMs).toBe(700);
    expect(error).toMatchObject({ failedStep: 'a', reason: 'timed out after 700 ms' });
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(undone).toEqual([['s:a:undo', false]]);
  });

  it('rolls a transaction step back when it takes too long, and closes its handle', async () => {
    let late: Promise<string> | undefined;
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      of({
        name: 'a',
        kind: 'transaction',
        execute: async ({ tx, signal }) => {
          await world.count('written', 1, tx);
          signal.addEventListener(
            'abort',
            () => (late = new Promise((r) => setImmediate(r)).then(() => codeOf(world.count('late', 1, tx)))),
          );
          await never();
        },
      }),
    );
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(await late).toBe('transaction_closed');
    expect([world.counted('written'), world.counted('late')]).toEqual([0, 0]);
    expect((await sagas.get('s'))?.timeline.find(({ type }) => type === 'step_failed')).toMatchObject({
      problem: { kind: 'timeout' },
    });
  });

  it('does not count as a failed try what another transaction was faster than', async () => {
    const { sagas } = world.engine('a', { conflicts: 2 });
    let calls = 0;
    const execute = async ({ tx, attempt }: { tx: Transaction; attempt: number }) => {
      calls += 1;
      expect(attempt).toBe(1);
      await world.count('written', 1, tx);
      if (calls < 3) throw new Error('read what did not hold');
    };
    const saga = sagas.define(of({ name: 'a', kind: 'transaction', execute }));
    await world.settle(saga.run(request('s')));
    expect([calls, world.counted('written')]).toEqual([3, 1]);
    expect((await sagas.get('s'))?.timeline.filter(({ type }) => /tried|failed/.test(type))).toEqual([]);
  });

  it('keeps its deadline across waits, but not after the pivot', async () => {
    const slow = () => new Promise((resolve) => world.schedule(() => resolve(undefined), 600));
    const { sagas } = world.engine('a');
    const steps = [
      { name: 'a', execute: slow, compensate: nothing },
      { name: 'b', execute: slow },
    ];
    const saga = sagas.define({ name: 'dated', version: 1, timeoutMs: 1_000, steps });
    const startMs = world.nowMs;
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(error).toMatchObject({ status: 'failed', failedStep: 'b', reason: 'the deadline of the saga passed' });
    expect(world.nowMs - startMs).toBe(1_000);
    const pivot = sagas.define({
      name: 'pivoted',
      version: 1,
      timeoutMs: 1_000,
      steps: [{ ...steps[0], pivot: true }, steps[1]] as never,
    });
    expect(await world.settle(pivot.run(request('t')))).toMatchObject({ executionTimeMs: 1_200 });
  });

  it('goes on undoing past an undo that fails, then waits for an operator', async () => {
    let isMended = false;
    const undone: string[] = [];
    const step = (name: string): SagaStep<unknown> => ({
      ...{ name, execute: async () => name, compensation: { retry: { attempts: 2, delayMs: 1 } } },
      compensate: async ({ results }) => {
        if (name === 'b' && !isMended) throw new Error('jammed');
        undone.push(`${name} ${String(results[name])}`);
      },
    });
    const { sagas } = world.engine('a');
    const last: SagaStep<unknown> = { name: 'd', execute: () => Promise.reject(new Error('no')) };
    const saga = sagas.define(of(step('a'), step('b'), step('c'), last));
    const error = await world.settle(saga.run(request('s')).catch((failure: SagaFailedError) => failure));
    expect(error).toMatchObject({ code: 'saga_failed', status: 'compensating', isStuck: true, failedStep: 'd' });
    expect(undone).toEqual(['c c', 'a a']);
    expect((await sagas.list({ stuck: true })).items).toMatchObject([
      {
        sagaId: 's',
        stuck: true,
        stuckReason: 'undo_exhausted',
        compensationErrors: [{ step: 'b', message: 'jammed' }, { step: 'b' }],
      },
    ]);
    expect(await codeOf(sagas.revive('s', { by: ' ', reason: 'x' }))).toBe('invalid_settings');
    isMended = true;
    await sagas.revive('s', { by: 'op', reason: 'oiled' });
    expect(await codeOf(sagas.revive('s', { by: 'op', reason: 'oiled' }))).toBe('not_parked');
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(undone).toEqual(['c c', 'a a', 'b b']);
    expect(await sagas.get('s')).toMatchObject({ status: 'failed', stuck: false, compensationErrors: [{}, {}] });
  });

  it('parks after the pivot when the tries are used up, and goes forward when revived', async () => {
    let isMended = false;
    const execute = () => (isMended ? nothing() : Promise.reject(new Error('down')));
    const { sagas } = world.engine('a');
    const saga = sagas.define(
      of({ name: 'p', pivot: true, execute: nothing, compensate: never }, { name: 'q', execute }),
    );
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(await sagas.get('s')).toMatchObject({
      status: 'in_progress',
      stuck: true,
      failedStep: 'q',
      errorMessage: 'down',
    });
    isMended = true;
    await sagas.revive('s', { by: 'op', reason: 'up again' });
    await world.settle(sagas.start());
    await world.pass(1_000);
    expect(await sagas.get('s')).toMatchObject({ status: 'completed', stuck: false });
    expect(await sagas.get('s')).not.toHaveProperty('failedStep');
    await world.settle(sagas.close());
  });

  it('fails a step whose result is not JSON, without trying again', async () => {
    let tries = 0;
    const { sagas } = world.engine('a');
    const execute = async () => ({ at: new Date(0), tries: (tries += 1) });
    const saga = sagas.define(of({ name: 'a', retry: { attempts: 5 }, execute }));
    expect(await world.settle(codeOf(saga.run(request('s'))))).toBe('saga_failed');
    expect(tries).toBe(1);
    expect((await sagas.get('s'))?.errorMessage).toContain('result.at');
  });

  it('pages through the list', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(of({ name: 'a', execute: nothing }));
    for (const sagaId of ['s1', 's2', 's3']) await world.settle(saga.run(request(sagaId)));
    const first = await sagas.list({ limit: 2 });
    expect(first.items.map(({ sagaId }) => sagaId)).toEqual(['s3', 's2']);
    const rest = await sagas.list({ limit: 2, ...(first.cursor ? { cursor: first.cursor } : {}) });
    expect(rest.items.map(({ sagaId }) => sagaId)).toEqual(['s1']);
    expect(rest.cursor).toBeUndefined();
  });

  it('gives each step copies, so that no step changes what another sees', async () => {
    const saga = world.engine('a').sagas.define<{ list: number[] }>({
      ...{ name: 'copies', version: 1 },
      steps: [
        { name: 'a', execute: async ({ input }) => ({ length: input.list.push(9) }) },
        {
          name: 'b',
          execute: async ({ input, results }) => Object.assign(results['a'] as object, { seen: input.list }),
        },
        { name: 'c', execute: async ({ results }) => results['a'] },
      ],
    });
    const { results } = await world.settle(saga.run({ creatorId: 'c', input: { list: [1] } }));
    expect(results).toEqual({ a: { length: 2 }, b: { length: 2, seen: [1] }, c: { length: 2 } });
  });
});
