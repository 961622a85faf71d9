import type { SagaDefinition, SagaStep } from './definition.js';
import { codeOf, gate, never, nothing, of, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

describe('sagas between workers', () => {
  let world: SagaWorld;
  beforeEach(() => {
    world = new SagaWorld();
  });

  it('stays with its worker as long as that renews the lease', async () => {
    const { work, open } = gate();
    const definition = of({ name: 'a', timeoutMs: 60_000, execute: work });
    const [a, b] = [world.engine('a'), world.engine('b')];
    const end = a.sagas.define(definition).run(request('s'));
    const other = b.sagas.define(definition).run(request('s'));
    await world.settle(b.sagas.start());
    await world.pass(45_000);
    expect(await b.sagas.get('s')).toMatchObject({ owner: 'a', status: 'in_progress' });
    open({ by: 'a' });
    expect((await world.settle(end)).results).toEqual({ a: { by: 'a' } });
    expect((await world.settle(other)).results).toEqual({ a: { by: 'a' } });
    await world.settle(b.sagas.close());
  });

  it('lets a worker that lost the saga write nothing, and tells its step', async () => {
    const { work, contexts, open } = gate();
    let count = 0;
    const definition = of({
      ...{ name: 'a', timeoutMs: 60_000 },
      execute: async (context) => ((count += 1) === 1 ? work(context) : { by: context.fence }),
    });
    const [a, b] = [world.engine('a'), world.engine('b')];
    const end = a.sagas.define(definition).run(request('s'));
    b.sagas.define(definition);
    await world.settle(b.sagas.start());
    a.cutOff(['renew']); // alive, but silent
    const startMs = world.nowMs;
    while (count < 2 && world.nowMs - startMs < 60_000) await world.pass(100);
    expect(world.nowMs - startMs).toBeLessThanOrEqual(8_000 + 1_000); // one lease and one sweep
    expect(contexts[0]?.signal.aborted).toBe(true);
    open({ by: 'zombie' });
    const { results } = await world.settle(end);
    expect((results['a'] as { by: number }).by).toBeGreaterThan(contexts[0]?.fence ?? Infinity);
    expect((await b.sagas.get('s'))?.timeline.filter(({ type }) => type === 'step_ended')).toHaveLength(1);
    await world.settle(b.sagas.close());
  });

  it('makes no further try in a process that stood still past its lease between two tries', async () => {
    let tries = 0;
    const definition = of({
      ...{ name: 'a', retry: { attempts: 2, delayMs: 1_000, jitter: 0 } },
      execute: async () => {
        if ((tries += 1) === 1) throw new Error('not yet');
      },
    });
    const [a, b] = [world.engine('a').sagas, world.engine('b').sagas];
    await world.settle(a.define(definition).start(request('s')));
    await world.pass(100);
    b.define(definition);
    world.nowMs += 11_000; // in a the next try is due, and the end of the lease is, too
    await world.settle(b.start());
    expect([tries, (await b.get('s'))?.status]).toEqual([2, 'completed']);
    await world.pass(0);
    expect(tries).toBe(2);
    await world.settle(b.close());
  });

  it('parks a saga that ends every process working on it, after the 20th recovery', async () => {
    const definition = of({ name: 'a', timeoutMs: 1e9, execute: never });
    for (let i = 0; i <= 21; i += 1) {
      const { sagas, cutOff } = world.engine(`node-${i}`);
      const saga = sagas.define(definition);
      if (i === 0) await world.settle(saga.start(request('s')));
      else await world.settle(sagas.start());
      cutOff(['renew', 'claimable', 'append', 'find']); // as good as dead
      await world.pass(11_000);
    }
    const { sagas } = world.engine('last');
    expect(await sagas.get('s')).toMatchObject({
      status: 'in_progress',
      stuck: true,
      stuckReason: 'recovered_too_often',
    });
    expect((await sagas.get('s'))?.timeline.filter(({ type }) => type === 'claimed')).toHaveLength(21);
  });

  it('parks a saga whose journal names a step that its definition lacks, though no process ends with it', async () => {
    const { sagas } = world.engine('a');
    const end = codeOf(sagas.define(of({ name: 'a', execute: never })).run(request('s')));
    await world.pass(1);
    await world.exchangeEntry('s#4', '{"type":"step_started","step":"gone","atMs":0}');
    await world.settle(sagas.close({ timeoutMs: 0 }));
    expect(await end).toBe('saga_handed_back');
    const next = world.engine('b').sagas;
    next.define(of({ name: 'a', execute: never }));
    await world.settle(next.start());
    await world.pass(21 * 9_000);
    expect(await next.get('s')).toMatchObject({ stuck: true, stuckReason: 'recovered_too_often' });
    await world.settle(next.close());
  });

  it('leaves sagas of definitions it does not know alone, and lists them as unclaimed', async () => {
    const [a, b] = [world.engine('a'), world.engine('b')];
    const old = a.sagas.define(of({ name: 'a', execute: nothing }));
    await world.database.transaction((transaction) => old.start({ ...request('s'), transaction }));
    b.sagas.define({ ...of({ name: 'a', execute: nothing }), version: 2 });
    await world.settle(b.sagas.start());
    await world.pass(60_000);
    expect((await b.sagas.list()).items).toMatchObject([{ sagaId: 's', status: 'pending', unclaimed: true }]);
    expect((await a.sagas.list()).items).toMatchObject([{ sagaId: 's', unclaimed: false }]);
    await world.settle(a.sagas.start());
    await world.pass(1);
    expect(await b.sagas.get('s')).toMatchObject({ status: 'completed', unclaimed: false });
    await world.settle(Promise.all([a.sagas.close(), b.sagas.close()]));
  });

  it('tells the log once of a wait for a saga that nobody works on, and that it has not defined', async () => {
    const [a, b] = [world.engine('a'), world.engine('b')];
    const steps = of({ name: 'a', execute: async () => 1 });
    const old = a.sagas.define(steps);
    await world.database.transaction((transaction) => old.start({ ...request('s'), transaction }));
    const waiting = b.sagas.define({ ...steps, version: 2 }).run(request('s'));
    await world.pass(30_000);
    expect(b.logged).toMatchObject([
      {
        level: 'warn',
        fields: { sagaId: 's', name: 'any', version: 1 },
        message: expect.stringContaining('version 1'),
      },
    ]);
    await world.settle(a.sagas.start());
    expect((await world.settle(waiting)).results).toEqual({ a: 1 });
    await world.settle(Promise.all([a.sagas.close(), b.sagas.close()]));
  });

  it('hands its sagas back when it closes, after the present step, so that others need not wait for the lease', async () => {
    const { work, open } = gate();
    let seconds = 0;
    const definition = of({ name: 'a', execute: work }, { name: 'b', execute: async () => (seconds += 1) });
    const [a, b] = [world.engine('a'), world.engine('b')];
    const outcome = codeOf(a.sagas.define(definition).run(request('s')));
    await world.pass(1);
    const closing = a.sagas.close();
    await world.pass(1);
    open();
    await world.settle(closing);
    expect(await outcome).toBe('saga_handed_back');
    expect(seconds).toBe(0);
    expect(await b.sagas.get('s')).toMatchObject({ status: 'in_progress', stepsCompleted: ['a'] });
    expect(await b.sagas.get('s')).not.toHaveProperty('owner');
    const nowMs = world.nowMs;
    await world.settle(b.sagas.define(definition).run(request('s')));
    expect(world.nowMs).toBe(nowMs);
    expect((await b.sagas.get('s'))?.timeline.filter((e) => e.type === 'claimed' && e.isRecovery)).toEqual([]);
    expect(await codeOf(a.sagas.define(definition).start(request('t')))).toBe('engine_closed');
    expect(await b.sagas.get('t')).toBeUndefined();
  });

  it('leaves no lease behind, at whatever moment of taking a saga up it closes', async () => {
    const begun: string[] = [];
    for (let moment = 0; moment < 60; moment += 1) {
      const { sagas } = world.engine(`a${moment}`);
      const sagaId = `s${moment}`;
      const saga = sagas.define(of({ name: 'a', execute: async () => void begun.push(sagaId) }));
      const handle = await world.database.transaction((transaction) => saga.start({ ...request(sagaId), transaction }));
      const outcome = codeOf(handle.wait());
      for (let i = 0; i < moment; i += 1) await Promise.resolve();
      const owner = await world.settle(sagas.close().then(() => world.ownerOf(sagaId)));
      expect([moment, owner]).toEqual([moment, undefined]);
      const left = await world.store.find(sagaId);
      if (left?.status !== 'completed') expect(await outcome).toBe('saga_handed_back');
    }
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.length).toBeLessThan(60);
  });

  it('aborts what does not end in time when it closes, and writes nothing of it', async () => {
    const { work, contexts } = gate();
    const { sagas } = world.engine('a');
    const saga = sagas.define(of({ name: 'a', execute: work, compensate: never }));
    const outcome = codeOf(saga.run(request('s')));
    await world.pass(1);
    const startMs = world.nowMs;
    await world.settle(sagas.close({ timeoutMs: 300 }));
    expect(world.nowMs - startMs).toBe(300);
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(await outcome).toBe('saga_handed_back');
    const left = await sagas.get('s');
    expect(left).toMatchObject({ status: 'in_progress' });
    expect(left?.timeline.at(-1)).toMatchObject({ type: 'step_started', step: 'a' });
    expect(left).not.toHaveProperty('owner');
  });

  it('does not wait out a pause between two tries when it closes', async () => {
    const { sagas } = world.engine('a');
    const retry = { attempts: 2, delayMs: 60_000, maxDelayMs: 60_000 };
    const saga = sagas.define(of({ name: 'a', retry, execute: () => Promise.reject(new Error('no')) }));
    const outcome = codeOf(saga.run(request('s')));
    await world.pass(1);
    const nowMs = world.nowMs;
    await world.settle(sagas.close());
    expect(world.nowMs).toBe(nowMs);
    expect(await outcome).toBe('saga_handed_back');
  });

  it('executes no more sagas found by sweeping at once than it may', async () => {
    const { work, contexts, open } = gate();
    const { sagas } = world.engine('a', { settings: { runningMax: 2 } });
    const saga = sagas.define(of({ name: 'a', execute: work }));
    for (const sagaId of ['s1', 's2', 's3']) {
      await world.database.transaction((transaction) => saga.start({ ...request(sagaId), transaction }));
    }
    await world.settle(sagas.start());
    await world.pass(2_000);
    expect(contexts.map(({ sagaId }) => sagaId)).toEqual(['s1', 's2']);
    open();
    await world.pass(1_000);
    expect(contexts.map(({ sagaId }) => sagaId)).toEqual(['s1', 's2', 's3']);
    open();
    await world.settle(sagas.close());
  });

  it('passes over sagas that it cannot read, however many stand first, and tells of each once', async () => {
    const { sagas, logged } = world.engine('a', { settings: { runningMax: 2 } });
    const done: string[] = [];
    const saga = sagas.define(of({ name: 'a', execute: async ({ sagaId }) => void done.push(sagaId) }));
    for (let i = 1; i <= 8; i += 1) {
      await world.database.transaction((transaction) => saga.start({ ...request(`s${i}`), transaction }));
    }
    const before = await world.exchangeEntry('s1#1', '{"type":"annotated","atMs":0}');
    for (let i = 2; i <= 5; i += 1) await world.exchangeEntry(`s${i}#1`, '{"type":"annotated","atMs":0}');
    await world.settle(sagas.start());
    await world.pass(5_000);
    expect(done).toEqual(['s6', 's7', 's8']);
    const told = logged.filter(({ level }) => level === 'error').map(({ fields }) => fields['sagaId']);
    expect(told).toEqual(['s1', 's2', 's3', 's4', 's5']);
    expect(await codeOf(sagas.get('s1'))).toBe('unreadable_saga');
    await world.exchangeEntry('s1#1', before);
    await world.pass(5_000);
    expect(done).toEqual(['s6', 's7', 's8', 's1']);
    await world.settle(sagas.close());
  });

  it('looks on past a saga whose claim fails for no known reason', async () => {
    const { sagas, refuseClaimsOf } = world.engine('a');
    const done: string[] = [];
    const saga = sagas.define(of({ name: 'a', execute: async ({ sagaId }) => void done.push(sagaId) }));
    for (const sagaId of ['s1', 's2', 's3']) {
      await world.database.transaction((transaction) => saga.start({ ...request(sagaId), transaction }));
    }
    refuseClaimsOf(['s1']);
    await world.settle(sagas.start());
    await world.pass(3_000);
    expect(done).toEqual(['s2', 's3']);
    refuseClaimsOf([]);
    await world.pass(1_000);
    expect(done).toEqual(['s2', 's3', 's1']);
    await world.settle(sagas.close());
  });

  it('gives up a saga that it cannot write to, tells its other steps and whoever waits, and leaves it to the next worker', async () => {
    const signals: AbortSignal[] = [];
    let isCut = true;
    const members: SagaStep<unknown>[] = [
      { name: 'quick', execute: nothing },
      { name: 'long', execute: ({ signal }) => (signals.push(signal), isCut ? never() : nothing()) },
    ];
    const definition: SagaDefinition<unknown> = { name: 'any', version: 1, steps: [{ parallel: members }] };
    const [a, b] = [world.engine('a'), world.engine('b')];
    a.cutOff(['append', 'find']);
    const end = a.sagas.define(definition).run(request('s'));
    const failure = await world.settle(end.catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'saga_handed_back', cause: { message: 'find: cut off' } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    isCut = false;
    b.sagas.define(definition);
    await world.settle(b.sagas.start());
    await world.pass(10_000);
    expect(await b.sagas.get('s')).toMatchObject({ status: 'completed' });
    await world.settle(b.sagas.close());
  });

  it('goes on with a long line as soon as there is room, not with the next sweep', async () => {
    const { sagas } = world.engine('a', { settings: { runningMax: 2 } });
    const saga = sagas.define(of({ name: 'a', execute: nothing }));
    for (let i = 0; i < 9; i += 1) {
      await world.database.transaction((transaction) => saga.start({ ...request(`s${i}`), transaction }));
    }
    await world.settle(sagas.start());
    await world.pass(1);
    const { items } = await sagas.list();
    expect(items.map(({ status }) => status)).toEqual(Array<string>(9).fill('completed'));
    await world.settle(sagas.close());
  });
});
