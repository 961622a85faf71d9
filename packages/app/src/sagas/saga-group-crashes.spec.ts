import { isErosError } from '@eros/domain';
import type { SagaDefinition, SagaStep } from './definition.js';
import type { Sagas } from './sagas.js';
import { request } from './testing/saga-parts.js';
import { SagaWorld, type Fault } from './testing/saga-world.js';

/** What the outside world has seen: every call of an effect or of its undo. */
type Ledger = string[];

/** An effect, then a group of two effects and a transaction, then a last effect, which may fail. */
function bundle(
  world: SagaWorld,
  ledger: Ledger,
  failing: 'nothing' | 'a member' | 'the last',
): SagaDefinition<unknown> {
  const effect = (name: string, ms: number, isFailing = false): SagaStep<unknown> => ({
    name,
    execute: async () => {
      ledger.push(name);
      await new Promise((resolve) => world.schedule(() => resolve(undefined), ms));
      if (isFailing) throw new Error('no');
    },
    compensate: async () => void ledger.push(`undo ${name}`),
  });
  const row: SagaStep<unknown> = {
    name: 'row',
    kind: 'transaction',
    execute: ({ tx }) => world.count('row', 1, tx),
    compensate: ({ tx }) => world.count('row', -1, tx),
  };
  return {
    ...{ name: `bundle, ${failing} fails`, version: 1 },
    steps: [
      effect('first', 0),
      { parallel: [effect('left', 20), row, effect('right', 10, failing === 'a member')] },
      effect('last', 0, failing === 'the last'),
    ],
  };
}

async function runWith(fault: Fault | undefined, failing: Parameters<typeof bundle>[2]) {
  const world = new SagaWorld();
  const ledger: Ledger = [];
  const first = world.engine('first', { fault });
  const definition = bundle(world, ledger, failing);
  await world.settle(
    first.sagas
      .define(definition)
      .run(request('s'))
      .then(() => 'completed', codeOf),
  );
  const calls = first.calls();
  const second: Sagas = world.engine('second').sagas;
  const saga = second.define(definition);
  await world.settle(second.start());
  const end = await world.settle(saga.run(request('s')).then(() => 'completed', codeOf));
  const view = await second.get('s');
  await world.settle(second.close());
  return { world, ledger, end, view, calls };
}

const codeOf = (error: unknown): string => (isErosError(error) ? error.code : String(error));

describe.each(['nothing', 'a member', 'the last'] as const)('a group of which %s fails', (failing) => {
  const check = ({ world, ledger, end, view }: Awaited<ReturnType<typeof runWith>>) => {
    expect([end, view?.status]).toEqual(failing === 'nothing' ? ['completed', 'completed'] : ['saga_failed', 'failed']);
    expect(world.counted('row')).toBe(failing === 'nothing' ? 1 : 0);
    const undos = ledger.filter((what) => what.startsWith('undo '));
    if (failing === 'nothing') return expect(undos).toEqual([]);
    // Whatever was called is undone, in reverse order of start, and nothing is called once the first undo has begun.
    const called = failing === 'a member' ? ['right', 'left', 'first'] : ['last', 'right', 'left', 'first'];
    expect([...new Set(undos)]).toEqual(called.map((name) => `undo ${name}`));
    expect(ledger.slice(ledger.findIndex((what) => what.startsWith('undo ')))).toEqual(undos);
    const entries = view?.timeline.map(({ type }) => type) ?? [];
    expect(entries.lastIndexOf('step_started')).toBeLessThan(entries.indexOf('compensation_started'));
  };

  it.each([
    ['the process dies before it', { when: 'before', isFatal: true }],
    ['the process dies after it', { when: 'after', isFatal: true }],
    ['it fails once', { when: 'before', isFatal: false }],
    ['its answer is lost once', { when: 'after', isFatal: false }],
  ] as const)('ends as it should when, at any call to the database, %s', async (_, fault) => {
    check(await runWith(undefined, failing));
    let at = 1;
    for (; ; at += 1) {
      const run = await runWith({ ...fault, at }, failing);
      if (run.calls < at) break;
      check(run);
    }
    expect(at).toBeGreaterThan(7);
  });
});
