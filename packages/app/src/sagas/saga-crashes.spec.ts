import { isErosError } from '@eros/domain';
import type { SagaDefinition } from './definition.js';
import type { Saga } from './saga.js';
import type { Sagas } from './sagas.js';
import { SagaWorld, type Fault } from './testing/saga-world.js';

/** What the outside world has seen: every call of an effect or of its undo, with its key. */
type Ledger = { what: string; key: string; fence: number }[];

function trip(world: SagaWorld, ledger: Ledger, isPayable: boolean): SagaDefinition<{ seats: number }> {
  const note = (what: string) => async (context: { idempotencyKey: string; fence: number; signal: AbortSignal }) => {
    expect(context.signal.aborted).toBe(false);
    ledger.push({ what, key: context.idempotencyKey, fence: context.fence });
    return { what };
  };
  let undone = 0;
  return {
    name: isPayable ? 'trip' : 'unpayable trip',
    version: 1,
    steps: [
      {
        name: 'reserve',
        execute: note('reserve'),
        compensation: { retry: { attempts: 9 } },
        compensate: async (context) => {
          await note('undo reserve')(context);
          if ((undone += 1) === 1) throw new Error('not now');
        },
      },
      {
        name: 'book',
        kind: 'transaction',
        execute: async ({ tx, input, results }) => {
          expect(results).toEqual({ reserve: { what: 'reserve' } });
          await world.count('book', input.seats, tx);
          return 17;
        },
        compensate: async ({ tx, input, results }) => {
          expect(results).toMatchObject({ book: 17 });
          await world.count('book', -input.seats, tx);
          await world.count('undo book', 1, tx);
        },
      },
      {
        name: 'pay',
        retry: { attempts: 2 },
        execute: async (context) => {
          await note('pay')(context);
          if (!isPayable) throw new Error('no money');
        },
        compensate: note('undo pay'),
      },
      { name: 'confirm', kind: 'transaction', pivot: true, execute: async ({ tx }) => world.count('confirm', 1, tx) },
      {
        name: 'notify',
        retry: { attempts: 3 },
        execute: async (context) => {
          await note('notify')(context);
          if (ledger.filter(({ what }) => what === 'notify').length === 1) throw new Error('mailbox full');
        },
      },
    ],
  };
}

const start = (saga: Saga<{ seats: number }>) => saga.run({ creatorId: 'c', sagaId: 's', input: { seats: 3 } });
const firsts = (ledger: Ledger): string[] => [...new Set(ledger.map(({ what }) => what))];

/** Runs a trip in an engine in which one call goes wrong, and lets another engine end it. */
async function runWith(fault: Fault | undefined, isPayable: boolean) {
  const world = new SagaWorld();
  const ledger: Ledger = [];
  const first = world.engine('first', { fault });
  const definition = trip(world, ledger, isPayable);
  const outcome = await world.settle(start(first.sagas.define(definition)).then(() => 'completed', codeOf));
  const commits = world.commits;
  const calls = first.calls();
  const second: Sagas = world.engine('second').sagas;
  const saga = second.define(definition);
  await world.settle(second.start());
  const end = await world.settle(start(saga).then(() => 'completed', codeOf));
  const view = await second.get('s');
  await world.settle(second.close());
  return { world, ledger, outcome, end, view, calls, commits };
}

const codeOf = (error: unknown): string => (isErosError(error) ? error.code : String(error));

describe.each([true, false])('a trip that can be paid: %s', (isPayable) => {
  const check = ({ world, ledger, end, view }: Awaited<ReturnType<typeof runWith>>) => {
    expect(end).toBe(isPayable ? 'completed' : 'saga_failed');
    expect(view?.status).toBe(isPayable ? 'completed' : 'failed');
    expect(view?.failedStep).toBe(isPayable ? undefined : 'pay');
    expect(view?.stepsCompleted).toEqual(
      isPayable ? ['reserve', 'book', 'pay', 'confirm', 'notify'] : ['reserve', 'book'],
    );
    // Transactions happened exactly once, or were undone exactly once.
    expect([world.counted('book'), world.counted('undo book'), world.counted('confirm')]).toEqual(
      isPayable ? [3, 0, 1] : [0, 1, 0],
    );
    // Effects happened at least once, in order, under one key each, with fences that never fall.
    expect(firsts(ledger)).toEqual(
      isPayable ? ['reserve', 'pay', 'notify'] : ['reserve', 'pay', 'undo pay', 'undo reserve'],
    );
    for (const what of firsts(ledger)) {
      const tries = ledger.filter((each) => each.what === what);
      expect(new Set(tries.map(({ key }) => key)).size).toBe(1);
      const fences = tries.map(({ fence }) => fence);
      expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
    }
    expect(new Set(ledger.map(({ what, key }) => `${what} ${key}`)).size).toBe(firsts(ledger).length);
    // The journal tells one story: nothing happened twice in it.
    const once =
      view?.timeline.filter(({ type }) => /_started|_ended|completed|failed$|begun|created/.test(type)) ?? [];
    const told = once.map((entry) => `${entry.type} ${'step' in entry ? entry.step : ''}`);
    expect(new Set(told).size).toBe(told.length);
  };

  it('ends without any fault, after n + 1 commits and one for each try more', async () => {
    const run = await runWith(undefined, isPayable);
    check(run);
    expect(run.outcome).toBe(run.end);
    // Forward 5 steps + 2, and the failed try of notify. Backward: created, begun, reserve, book, 2 tries of pay, undos of pay and
    // book, 2 tries of the undo of reserve.
    expect(run.commits).toBe(isPayable ? 5 + 1 + 1 : 9);
    expect(run.ledger).toHaveLength(isPayable ? 4 : 6);
  });

  it.each([
    ['the process dies before it', { when: 'before', isFatal: true }],
    ['the process dies after it', { when: 'after', isFatal: true }],
    ['it fails once', { when: 'before', isFatal: false }],
    ['its answer is lost once', { when: 'after', isFatal: false }],
  ] as const)('ends as it should when, at any call to the database, %s', async (_, fault) => {
    let at = 1;
    for (; ; at += 1) {
      const run = await runWith({ ...fault, at }, isPayable);
      if (run.calls < at) break;
      check(run);
      if (fault.isFatal) expect(run.outcome).not.toBe('completed');
      // Once it exists, a saga does not leave its worker for a single failure.
      else if (at > 1) expect(run.outcome).toBe(run.end);
    }
    expect(at).toBeGreaterThan(8);
  });
});
