import * as domain from '@eros/domain';
import type { Transaction } from '@eros/domain';
import type { IdempotencyOptions, IdempotentContext } from './idempotency.js';
import { IdempotentWorld, settle, START_MS } from './testing/idempotent-world.js';

const { InvalidSettingsError, StaleClaimError, StoredOperationError } = domain;
const HOUR_MS = 3_600_000;
const LEASE_MS = 30_000;

class CardDeclinedError extends Error {
  override readonly name = 'CardDeclinedError';
  readonly code = 'card_declined';
  readonly terminal = true;
}

const never = <T>() => new Promise<T>(() => undefined);
const failing = (error: unknown) => async (): Promise<never> => {
  throw error;
};

describe('Idempotency', () => {
  let world: IdempotentWorld;
  let time: IdempotentWorld['time'];
  let database: IdempotentWorld['database'];
  let warnings: string[];

  beforeEach(() => {
    world = new IdempotentWorld();
    ({ time, database, warnings } = world);
  });
  afterEach(() => database.close());

  const openProcess = (options?: IdempotencyOptions) => world.openProcess(options);
  const rows = (tx?: Transaction) => database.on(tx).table<{ name: string }>('business');
  const write = (name: string) => async (tx: Transaction) => {
    rows(tx).set(name, { name });
    return { name };
  };

  describe('a repeated call', () => {
    it('gets the stored result, marked as replayed; the work ran once (I14)', async () => {
      const { idempotency } = openProcess();
      const work = jest.fn(async () => ({ planned: [1, 2] }));

      const first = await idempotency.run('plan', { week: 'w' }, work);
      const second = await idempotency.run('plan', { week: 'w' }, work);

      expect(first).toEqual({
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        value: { planned: [1, 2] },
        replayed: false,
      });
      expect(second).toEqual({ ...first, replayed: true });
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('runs again when the result has expired, one hour after its end; replays do not prolong it', async () => {
      const { idempotency } = openProcess();
      const work = jest.fn(async () => 1);
      await idempotency.run('plan', {}, work);

      await time.pass(HOUR_MS - 1);
      expect(await idempotency.run('plan', {}, work)).toMatchObject({ replayed: true });
      await time.pass(1);
      expect(await idempotency.run('plan', {}, work)).toMatchObject({ replayed: false });
    });

    it('is told of the mismatch when the key stood for other parameters, naming both hashes (I5)', async () => {
      const { idempotency } = openProcess();
      await idempotency.run('pay', { usd: 5 }, async () => 1, { key: 'k' });

      const again = idempotency.run('pay', { usd: 6 }, async () => 1, { key: 'k' });

      await expect(again).rejects.toMatchObject({
        code: 'idempotency_mismatch',
        key: 'k',
        storedHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        givenHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('shares nothing with another operation of the same key (I13)', async () => {
      const { idempotency } = openProcess();
      await idempotency.run('pay', {}, async () => 'paid', { key: 'k' });

      expect(await idempotency.run('ship', {}, async () => 'shipped', { key: 'k' })).toMatchObject({
        value: 'shipped',
        replayed: false,
      });
    });

    it('gives the first caller the same value as all others: what JSON makes of it', async () => {
      const { idempotency } = openProcess();
      const first = await idempotency.run('plan', {}, async () => ({ change: -0 }));

      expect(Object.is(first.value.change, 0)).toBe(true);
    });
  });

  describe('while it runs', () => {
    it('100 first calls in 4 processes: one execution, 99 told since when and until when (I1)', async () => {
      const processes = Array.from({ length: 4 }, () => openProcess().idempotency);
      let finish: (value: string) => void = () => undefined;
      const work = jest.fn(() => new Promise<string>((resolve) => (finish = resolve)));

      const calls = Array.from({ length: 100 }, (_, index) => processes[index % 4]?.run('plan', {}, work));
      const settled = Promise.allSettled(calls);
      await settle();
      finish('done');

      const outcomes = await settled;
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refusals).toHaveLength(99);
      for (const refusal of refusals) {
        expect(refusal).toMatchObject({
          code: 'operation_in_progress',
          sinceMs: START_MS,
          leaseUntilMs: START_MS + LEASE_MS,
        });
      }
      expect(work).toHaveBeenCalledTimes(1);
    });

    it('whoever waits gets the result', async () => {
      const [one, other] = [openProcess().idempotency, openProcess().idempotency];
      let finish: (value: number) => void = () => undefined;
      const first = one.run('plan', {}, () => new Promise<number>((resolve) => (finish = resolve)));
      await settle();
      const second = other.run('plan', {}, async () => 2, { onRunning: 'wait' });
      await time.pass(10_000);
      finish(1);
      await first;
      await time.pass(1_000);

      expect(await second).toMatchObject({ value: 1, replayed: true });
    });

    it('the claim is renewed as long as its owner lives (I4)', async () => {
      const [one, other] = [openProcess().idempotency, openProcess().idempotency];
      let finish: (value: number) => void = () => undefined;
      const first = one.run('plan', {}, () => new Promise<number>((resolve) => (finish = resolve)));

      await time.pass(20 * LEASE_MS);
      await expect(other.run('plan', {}, async () => 2)).rejects.toMatchObject({ code: 'operation_in_progress' });
      finish(1);

      expect(await first).toMatchObject({ value: 1 });
      expect(time.pending).toBe(0);
    });

    it('the claim is committed before the work begins, which runs in no transaction', async () => {
      const { idempotency } = openProcess();
      await idempotency.run('plan', {}, async ({ key, fence }) => {
        expect(database.isInsideTransaction()).toBe(false);
        expect(await idempotency.lookup('plan', key)).toMatchObject({ status: 'running', fence, isLive: true });
        return null;
      });
    });

    it('nobody can forget it, nor sweep it away', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run('plan', {}, async ({ key }) => {
        await time.pass(5 * HOUR_MS);
        expect(await idempotency.forget('plan', key)).toBe(false);
        expect(await idempotency.sweep()).toBe(0);
        return 1;
      });
      expect(await run).toMatchObject({ value: 1 });
    });

    it('a nested call of the same key is refused, not waited for (I11)', async () => {
      const { idempotency } = openProcess();
      const wait = { key: 'k', onRunning: 'wait' } as const;
      const run = idempotency.run(
        'plan',
        {},
        () =>
          idempotency
            .run('other', {}, () => idempotency.run('plan', {}, async () => 1, wait), wait)
            .then(({ value }) => value.value),
        wait,
      );

      await expect(run).rejects.toMatchObject({ code: 'nested_operation', operation: 'plan', key: 'k' });
    });

    it('code that outlives its run may call the same key again', async () => {
      const { idempotency } = openProcess();
      let later: Promise<unknown> | undefined;
      let begin: () => void = () => undefined;
      await idempotency.run('plan', {}, async () => {
        later = new Promise<void>((resolve) => (begin = resolve)).then(() =>
          idempotency.run('plan', {}, async () => 2),
        );
        return 1;
      });
      begin();

      expect(await later).toMatchObject({ value: 1, replayed: true });
    });
  });

  describe('a failure', () => {
    it('that is transient lets the next caller run, under a higher fence (I8)', async () => {
      const { idempotency } = openProcess();
      const fences: number[] = [];
      const work = async ({ fence }: IdempotentContext<number>) => {
        fences.push(fence);
        if (fences.length === 1) throw new Error('connection reset');
        return fences.length;
      };

      await expect(idempotency.run('plan', {}, work)).rejects.toThrow('connection reset');
      expect(await idempotency.run('plan', {}, work)).toMatchObject({ value: 2, replayed: false });
      expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
      expect(time.pending).toBe(0);
    });

    it('that is terminal is replayed: ours as the same class, others with name, code and message (I8)', async () => {
      const { idempotency } = openProcess();
      const ours = new InvalidSettingsError('gap', '-1', '0 or more');
      const theirs = new CardDeclinedError('the card was declined');
      await expect(idempotency.run('plan', {}, failing(ours))).rejects.toBe(ours);
      await expect(idempotency.run('pay', {}, failing(theirs))).rejects.toBe(theirs);

      const again = await idempotency.run('plan', {}, async () => 1).catch((error: unknown) => error);
      expect(again).toBeInstanceOf(InvalidSettingsError);
      expect(again).toMatchObject({ code: 'invalid_settings', setting: 'gap', message: ours.message });
      const other = await idempotency.run('pay', {}, async () => 1).catch((error: unknown) => error);
      expect(other).toBeInstanceOf(StoredOperationError);
      expect(other).toMatchObject({
        originalName: 'CardDeclinedError',
        code: 'card_declined',
        message: 'the card was declined',
      });
    });

    it('is terminal or not by the rule of the caller', async () => {
      const { idempotency } = openProcess();
      const ours = new InvalidSettingsError('gap', '-1', '0 or more');
      await expect(idempotency.run('a', {}, failing(ours), { isTerminal: () => false })).rejects.toBe(ours);
      expect(await idempotency.run('a', {}, async () => 1)).toMatchObject({ replayed: false });

      await expect(idempotency.run('b', {}, failing('text'), { isTerminal: () => true })).rejects.toBe('text');
      await expect(idempotency.run('b', {}, async () => 1)).rejects.toMatchObject({
        originalName: 'NonError',
        message: 'text',
      });
    });

    it('whose rule fails as well is told with both errors, and lets the next caller run', async () => {
      const { idempotency } = openProcess();
      const [error, ruleError] = [new Error('work'), new Error('rule')];
      const run = idempotency.run('plan', {}, failing(error), {
        isTerminal: () => {
          throw ruleError;
        },
      });

      await expect(run).rejects.toMatchObject({ errors: [error, ruleError] });
      expect(await idempotency.run('plan', {}, async () => 1)).toMatchObject({ replayed: false });
    });

    it('of work that throws at once, without a promise, is a failure like any other', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run('plan', {}, () => {
        throw new Error('at once');
      });
      await expect(run).rejects.toThrow('at once');
      expect(time.pending).toBe(0);
    });

    it('that cannot be saved is logged; the caller hears of the work', async () => {
      const { idempotency, store } = openProcess();
      store.failOn = 'release';

      await expect(idempotency.run('plan', {}, failing(new Error('work')))).rejects.toThrow('work');
      expect(warnings).toEqual(['could not save the failure of an operation']);
    });
  });

  describe('a result', () => {
    it.each([undefined, { at: new Date(0) }, 1n, 'x'.repeat(1_000_000)])(
      'that cannot be stored is refused, and stays refused: its work is not repeated (I9)',
      async (result) => {
        const { idempotency } = openProcess();
        const work = jest.fn(async () => result);

        await expect(idempotency.run<unknown>('plan', {}, work)).rejects.toMatchObject({ code: 'invalid_result' });
        await expect(idempotency.run<unknown>('plan', {}, work)).rejects.toMatchObject({ code: 'invalid_result' });
        expect(work).toHaveBeenCalledTimes(1);
      },
    );

    it('that cannot be stored rolls the transaction back', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run<unknown>('plan', {}, (context) =>
        context.transaction(async (tx) => {
          rows(tx).set('a', { name: 'a' });
          return undefined;
        }),
      );

      await expect(run).rejects.toMatchObject({ code: 'invalid_result', path: 'result' });
      expect(rows().has('a')).toBe(false);
    });

    it('that could not be saved is an error; the claim ends with its lease', async () => {
      const { idempotency, store } = openProcess();
      store.failOn = 'complete';
      await expect(idempotency.run('plan', {}, async () => 1)).rejects.toThrow('the database is away');
      store.failOn = undefined;

      await expect(idempotency.run('plan', {}, async () => 2)).rejects.toMatchObject({ code: 'operation_in_progress' });
      await time.pass(LEASE_MS);
      expect(await idempotency.run('plan', {}, async () => 2)).toMatchObject({ value: 2 });
    });
  });

  describe('after a crash', () => {
    const crash = async () => {
      const dead = openProcess();
      dead.store.isFrozen = true;
      void dead.idempotency.run('plan', {}, () => never<number>());
      await settle();
    };

    it('before the end was recorded, the next caller takes over when the lease is over (I2)', async () => {
      await crash();
      const { idempotency } = openProcess();

      await expect(idempotency.run('plan', {}, async () => 2)).rejects.toMatchObject({ code: 'operation_in_progress' });
      await time.pass(LEASE_MS);
      expect(await idempotency.run('plan', {}, async () => 2)).toMatchObject({ value: 2, replayed: false });
    });

    it('whoever waits takes over', async () => {
      await crash();
      const waiting = openProcess().idempotency.run('plan', {}, async () => 2, { onRunning: 'wait' });
      await time.pass(LEASE_MS + 500);

      expect(await waiting).toMatchObject({ value: 2, replayed: false });
    });

    it('after the transaction committed, the next caller gets its result at once (I2)', async () => {
      const dead = openProcess();
      void dead.idempotency.run<unknown>('plan', {}, async (context) => {
        await context.transaction(write('a'));
        return never();
      });
      await settle();

      expect(await openProcess().idempotency.run('plan', {}, async () => 2)).toMatchObject({
        value: { name: 'a' },
        replayed: true,
      });
    });

    it('the late owner is refused, told so, and its signal is aborted (I3)', async () => {
      const late = openProcess();
      late.store.isFrozen = true;
      let finish: (value: string) => void = () => undefined;
      let signal: AbortSignal | undefined;
      const first = late.idempotency.run('plan', {}, (context) => {
        ({ signal } = context);
        return new Promise<string>((resolve) => (finish = resolve));
      });
      const refused = expect(first).rejects.toMatchObject({ code: 'stale_claim', fence: START_MS });
      await time.pass(LEASE_MS);
      expect(signal?.aborted).toBe(true);
      expect(signal?.reason).toBeInstanceOf(StaleClaimError);

      const { idempotency } = openProcess();
      expect(await idempotency.run('plan', {}, async () => 'right')).toMatchObject({ value: 'right' });
      finish('late');
      await refused;
      expect(await idempotency.run('plan', {}, async () => 'x')).toMatchObject({ value: 'right', replayed: true });
    });

    it('a late terminal error is refused as well; a late transient one is only told', async () => {
      const error = new CardDeclinedError('declined');
      for (const isTerminal of [true, false]) {
        const late = openProcess();
        late.store.isFrozen = true;
        let fail: (error: unknown) => void = () => undefined;
        const work = () => new Promise<never>((_, reject) => (fail = reject));
        const first = late.idempotency.run(`pay ${isTerminal}`, {}, work, { isTerminal: () => isTerminal });
        const told = expect(first).rejects.toMatchObject(
          isTerminal ? { code: 'stale_claim', cause: error } : { code: 'card_declined' },
        );
        await time.pass(LEASE_MS);
        await openProcess().idempotency.run(`pay ${isTerminal}`, {}, async () => 'right');
        fail(error);
        await told;

        const again = await openProcess().idempotency.run(`pay ${isTerminal}`, {}, async () => 'x');
        expect(again).toMatchObject({ value: 'right', replayed: true });
      }
    });

    it('a renewal that finds the claim taken aborts the signal at once', async () => {
      const { idempotency, store } = openProcess();
      let signal: AbortSignal | undefined;
      store.isFrozen = true;
      void idempotency.run('plan', {}, (context) => {
        ({ signal } = context);
        return never<number>();
      });
      await settle();
      store.isFrozen = false;
      // The database's clock jumps: to it the lease is over, though this process has only just begun.
      time.atMs += LEASE_MS;
      await openProcess().idempotency.run('plan', {}, async () => 2);
      time.atMs -= LEASE_MS;
      await time.pass(LEASE_MS / 3);

      expect(signal?.aborted).toBe(true);
    });

    it('failed renewals are tried again: one that comes through keeps the claim (I4)', async () => {
      const { idempotency, store } = openProcess();
      let finish: (value: number) => void = () => undefined;
      let signal: AbortSignal | undefined;
      const run = idempotency.run('plan', {}, (context) => {
        ({ signal } = context);
        return new Promise<number>((resolve) => (finish = resolve));
      });
      await settle();
      store.failOn = 'renew';
      await time.pass(LEASE_MS / 2);
      store.failOn = undefined;
      await time.pass(10 * LEASE_MS);

      expect(warnings).toEqual(['could not renew the claim of a running operation; trying again']);
      expect(signal?.aborted).toBe(false);
      finish(1);
      expect(await run).toMatchObject({ value: 1 });
    });
  });

  describe('ctx.transaction', () => {
    it('commits the write and the result together, exactly once (I12)', async () => {
      const { idempotency } = openProcess();
      const work = (context: IdempotentContext<{ name: string }>) => context.transaction(write('a'));

      expect(await idempotency.run('plan', {}, work)).toMatchObject({ value: { name: 'a' }, replayed: false });
      expect(rows().has('a')).toBe(true);
      expect(await idempotency.run('plan', {}, work)).toMatchObject({ value: { name: 'a' }, replayed: true });
      expect(time.pending).toBe(0);
    });

    it('rolls everything back when the write fails; the next caller runs', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run<{ name: string }>('plan', {}, (context) =>
        context.transaction(async (tx) => {
          await write('a')(tx);
          throw new Error('the write failed');
        }),
      );

      await expect(run).rejects.toThrow('the write failed');
      expect(rows().has('a')).toBe(false);
      expect(await idempotency.run('plan', {}, (context) => context.transaction(write('b')))).toMatchObject({
        replayed: false,
      });
    });

    it('of a late owner writes nothing (I3)', async () => {
      const late = openProcess();
      late.store.isFrozen = true;
      let goOn: () => void = () => undefined;
      const first = late.idempotency.run<{ name: string }>('plan', {}, async (context) => {
        await new Promise<void>((resolve) => (goOn = resolve));
        return context.transaction(write('late'));
      });
      const refused = expect(first).rejects.toMatchObject({ code: 'stale_claim' });
      await time.pass(LEASE_MS);
      await openProcess().idempotency.run('plan', {}, (context) => context.transaction(write('right')));
      goOn();
      await refused;

      expect([rows().has('late'), rows().has('right')]).toEqual([false, true]);
    });

    it('can be called once: a second call is refused, and what was committed stands', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run<{ name: string }>('plan', {}, async (context) => {
        await context.transaction(write('a'));
        return context.transaction(write('b'));
      });

      await expect(run).rejects.toMatchObject({ code: 'second_transaction' });
      expect([rows().has('a'), rows().has('b')]).toEqual([true, false]);
      expect(await idempotency.run('plan', {}, async () => ({ name: 'x' }))).toMatchObject({
        value: { name: 'a' },
        replayed: true,
      });
    });

    it('gives the result, whatever the work returns after it', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run('plan', {}, async (context: IdempotentContext<{ name: string }>) => {
        await context.transaction(write('a'));
        return { name: 'other' };
      });
      expect(await run).toMatchObject({ value: { name: 'a' } });
    });

    it('is waited for when the work forgets to, and refused after the end', async () => {
      const { idempotency } = openProcess();
      let kept: IdempotentContext<{ name: string }> | undefined;
      const run = idempotency.run('plan', {}, async (context: IdempotentContext<{ name: string }>) => {
        kept = context;
        void context.transaction(write('a'));
        return { name: 'other' };
      });

      expect(await run).toMatchObject({ value: { name: 'a' } });
      await expect(kept?.transaction(write('b'))).rejects.toMatchObject({ code: 'transaction_closed' });
    });

    it('that fails unawaited fails the run', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run('plan', {}, async (context: IdempotentContext<number>) => {
        void context.transaction(failing(new Error('the write failed')));
        return 1;
      });
      await expect(run).rejects.toThrow('the write failed');
    });

    it('that has failed before the work ends, and that nobody looked at, fails the run', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run('plan', {}, async (context: IdempotentContext<number>) => {
        void context.transaction(failing(new Error('the write failed')));
        await settle();
        return 1;
      });
      await expect(run).rejects.toThrow('the write failed');
      expect(await idempotency.lookup('plan', 'k')).toBeUndefined();
      expect(await idempotency.run('plan', {}, async () => 2)).toMatchObject({ value: 2, replayed: false });
    });

    it.each([true, false])(
      'that another one got in the way of tells of a takeover where there was one: %p',
      async (isTaken) => {
        const { idempotency } = openProcess();
        const conflict = new domain.TransactionConflictError({ cause: 'the database' });
        const run = idempotency.run<unknown>('plan', {}, async (context) => {
          if (isTaken) {
            time.atMs += LEASE_MS;
            await openProcess().idempotency.run('plan', {}, async () => 2);
            time.atMs -= LEASE_MS;
          }
          return context.transaction(failing(conflict));
        });
        await expect(run).rejects.toMatchObject(isTaken ? { code: 'stale_claim', cause: conflict } : conflict);
      },
    );

    it('that failed may be answered by the work, which goes on under a live claim', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run<unknown>('plan', {}, async (context) => {
        await context.transaction(failing(new Error('duplicate'))).catch(() => undefined);
        await time.pass(5 * LEASE_MS);
        return 'was there';
      });
      expect(await run).toMatchObject({ value: 'was there' });
    });

    it('is no place for a run: it would wait for the transaction', async () => {
      const { idempotency } = openProcess();
      const run = idempotency.run<unknown>('plan', {}, (context) =>
        context.transaction(() => idempotency.run('inner', {}, async () => 1)),
      );
      await expect(run).rejects.toMatchObject({ code: 'nested_transaction' });
    });
  });

  describe('what is given', () => {
    it.each([
      [{ ttlMs: 0 }, 'ttlMs'],
      [{ ttlMs: 1.5 }, 'ttlMs'],
      [{ ttlMs: Infinity }, 'ttlMs'],
      [{ key: ' ' }, 'key'],
    ])('is refused before anything is written: %p', async (options, setting) => {
      const { idempotency } = openProcess();
      const work = jest.fn(async () => 1);
      await expect(idempotency.run('plan', {}, work, options)).rejects.toMatchObject({
        code: 'invalid_settings',
        setting,
      });
      await expect(idempotency.run('plan', { at: new Date(0) }, work)).rejects.toMatchObject({
        code: 'invalid_params',
        path: 'params.at',
      });
      expect(work).not.toHaveBeenCalled();
    });

    it('must leave a transaction time within a third of the lease', () => {
      expect(() => openProcess({ leaseMs: 6_000, transactionTimeoutMs: 2_000 })).toThrow(
        expect.objectContaining({ code: 'invalid_settings', setting: 'transactionTimeoutMs' }),
      );
      expect(() => openProcess({ leaseMs: 6_001, transactionTimeoutMs: 2_000 })).not.toThrow();
    });
  });

  it('lookup shows the end, forget frees the key', async () => {
    const { idempotency } = openProcess();
    await idempotency.run('plan', {}, async () => ({ id: 1 }), { key: 'k' });

    expect(await idempotency.lookup('plan', 'k')).toEqual({
      operation: 'plan',
      key: 'k',
      status: 'completed',
      fence: START_MS,
      value: { id: 1 },
      executedAtMs: START_MS,
      expiresAtMs: START_MS + HOUR_MS,
    });
    expect(await idempotency.forget('plan', 'k')).toBe(true);
    expect(await idempotency.forget('plan', 'k')).toBe(false);
    expect(await idempotency.run('plan', { other: true }, async () => 2, { key: 'k' })).toMatchObject({
      replayed: false,
    });
  });

  it('sweeps everything that has expired', async () => {
    const { idempotency } = openProcess();
    for (let index = 0; index < 501; index += 1)
      await idempotency.run('plan', { index }, async () => index, { ttlMs: 5 });
    await time.pass(5);

    expect(await idempotency.sweep()).toBe(501);
  });
});
