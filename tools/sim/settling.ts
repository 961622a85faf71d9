import { isErosError } from '@eros/domain';
import { DEPENDENCIES } from './breaker-policies.js';
import { releaseAll } from './loads/breaker-orders.js';
import { ALL_PLANS, plan } from './loads/plans.js';
import { OPERATIONS, runOnce } from './loads/operations.js';
import { thingOf } from './loads/saga-steps.js';
import type { SagaAccount } from './onlookers/saga-account.js';
import { BusinessError } from './outside.js';
import type { Worker } from './worker.js';
import type { World } from './world.js';

/** How long everything may take to end once nothing goes wrong any more, in virtual time. */
const CALM_MS = 180_000;

/** Ends the storm. Then everything that was begun must come to its end, and everybody must be told the same of it. */
export async function settleDown(world: World, workers: readonly Worker[], isBroken: () => boolean): Promise<void> {
  world.trace.note('world', 'the storm is over');
  world.faults.isCalm = true;
  world.endOutage();
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    if (isBroken()) return;
    const endMs = world.time.nowMs + CALM_MS;
    await world.time.passUntil(() => isBroken() || holds() || world.time.nowMs > endMs);
    if (!isBroken() && !holds()) world.violate('once faults stop, everything ends', what, ...openSagas(world));
  };
  const done = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    if (isBroken()) return;
    let isDone = false;
    work().then(
      () => (isDone = true),
      (error: unknown) => {
        isDone = true;
        world.violate('once faults stop, calls succeed', what, error instanceof Error ? (error.stack ?? '') : error);
      },
    );
    await until(what, () => isDone);
  };
  const accounts = (): SagaAccount[] => [...world.sagas.accounts.values()];
  const engine = () => {
    const [live] = workers.filter((worker) => !worker.engine.process.isDead && !worker.engine.isClosing);
    if (!live) throw new Error('bug: all workers are gone');
    return live.engine;
  };

  await until('every process is back', () => workers.every(isAtWork));
  await until('every client has its answer', () => workers.every(({ engine: { clients } }) => clients === 0));
  for (const name of DEPENDENCIES) {
    await done(`release ${name}`, () => releaseAll(engine(), name));
    world.demand(isBroken() || !world.breakers.isHeld(name), 'what is released by all is held by nobody', name);
  }
  await until('every saga ends or is parked', () => accounts().every(({ isAtRest }) => isAtRest));
  for (const { sagaId, isParked } of accounts()) {
    if (isParked)
      await done(`revive ${sagaId}`, () => engine().sagas.revive(sagaId, { by: 'sim', reason: 'the storm is over' }));
  }
  await until('every saga that was revived ends', () =>
    accounts().every(({ isAtRest, isParked }) => isAtRest && !isParked),
  );
  if (world.scenario.loads.includes('operations')) await repeatOperations(world, done, engine);
  if (world.scenario.loads.includes('plans')) {
    const chance = world.chance('last plans');
    for (const { creatorId, week } of ALL_PLANS) {
      await done(`plan ${creatorId} ${week}`, () => again(engine(), () => plan(engine(), creatorId, week, chance)));
    }
  }
  if (!isBroken()) for (const account of accounts()) compare(world, account);
  await until('every process hears of all transitions', () =>
    workers.every(({ engine: { node } }) => isUpToDate(world, node)),
  );
  for (const worker of workers) await done(`close ${worker.engine.node}`, () => worker.engine.close());
  // Answers that nobody waits for any more have come.
  const restMs = world.time.nowMs + 10_000;
  world.time.after(10_000, () => undefined);
  await until('rest', () => world.time.nowMs >= restMs);
  if (isBroken()) return;
  for (const { engine: closed } of workers) {
    world.demand(closed.timers === 0, 'a closed engine leaves no timer behind', closed.node, closed.timers);
  }
  for (const { leaseUntilMs, sagaId } of accounts()) {
    world.demand(leaseUntilMs === undefined, 'nobody holds what has ended', sagaId);
  }
}

const isUpToDate = ({ breakers }: World, node: string): boolean =>
  DEPENDENCIES.every((name) => breakers.news.isUpToDate(node, name, breakers.breaker(name)?.generation ?? 0));

const isAtWork = ({ engine: { process, isClosing } }: Worker): boolean =>
  !process.isDead && !process.isPaused && !isClosing;

async function repeatOperations(
  world: World,
  done: (what: string, work: () => Promise<unknown>) => Promise<void>,
  engine: () => Worker['engine'],
): Promise<void> {
  const chance = world.chance('last operations');
  for (const operation of OPERATIONS) {
    for (const key of ['a', 'b', 'c', 'd']) {
      await done(`${operation} ${key}`, async () => {
        try {
          await again(engine(), () => runOnce(engine(), { operation, key }, chance));
        } catch (error) {
          // An end that was stored in the storm.
          const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
          if (code !== 'stored_operation_error' && !(error instanceof BusinessError && error.terminal)) throw error;
        }
      });
    }
  }
}

/** As a client does who is refused for the time being, by an open breaker or for the sake of a dead owner: waits, and asks again. */
async function again(engine: Worker['engine'], work: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isRefused = isErosError(error, 'saga_failed') || isErosError(error, 'idempotency_mismatch');
      if (!isRefused || tries === 20) throw error;
      await engine.process.wait(500);
    }
  }
}

/** What the journal says of an ended saga is what has happened, outside and in the database. */
function compare(world: World, account: SagaAccount): void {
  const { sagaId, end, definition } = account;
  if (definition.name === 'plan') return;
  for (const { name, kind, hasUndo } of definition.steps) {
    const thing = thingOf(sagaId, name);
    const isStarted = account.started.includes(name);
    const facts = [thing, end, account.summary()];
    if (kind === 'effect') {
      const isDone = world.outside.isDone(thing);
      if (account.skipped.has(name) || account.undosSkipped.has(name)) continue;
      if (end === 'completed') world.demand(isDone, 'what is completed has happened', ...facts);
      else if (hasUndo || !isStarted) world.demand(!isDone, 'what is undone has not happened, or is undone', ...facts);
      continue;
    }
    const [isDone, isUndone] = [world.effects.isDone(thing), world.effects.isDone(`undo ${thing}`)];
    world.demand(isDone === account.ended.has(name), 'a transaction step and its entry are one', ...facts);
    if (end === 'completed') world.demand(!isUndone, 'what is completed is not undone', ...facts);
    else if (hasUndo && !account.undosSkipped.has(name))
      world.demand(isDone === isUndone, 'undo is done for exactly what was done', ...facts);
  }
}

function openSagas(world: World): unknown[] {
  return [...world.sagas.accounts.values()]
    .filter(({ isAtRest }) => !isAtRest)
    .map((account) => [account.sagaId, account.summary()]);
}
