import { isErosError, type OperationKey, type Transaction } from '@eros/domain';
import type { Chance } from '../chance.js';
import { LEASE_MS, type Engine } from '../engine.js';
import { BusinessError } from '../outside.js';
import { doing, type Act } from './load.js';

const HOUR_MS = 3_600_000;
export const BRIEF_TTL_MS = 1_500;
/** How often each key is asked for lies in the chance of the clients: few keys, many callers. */
const KEYS = ['a', 'b', 'c', 'd'];

/** `pay`: in the database, once. `send`: outside of it, at least once. `brief`: in the database, once in a while. */
export const OPERATIONS = ['pay', 'send', 'brief'] as const;
type Operation = (typeof OPERATIONS)[number];

/** Clients that want something done once. */
export const operations: Act = async (engine, chance) => {
  const kind = chance.weighted({ run: 90, other: 6, sweep: 2, forget: 2 });
  const id = { operation: chance.pick(OPERATIONS), key: chance.pick(KEYS) };
  switch (kind) {
    case 'run':
      return doing(engine, `${id.operation} ${id.key}`, () => runOnce(engine, id, chance));
    case 'other':
      return doing(engine, `${id.operation} ${id.key}, with other parameters`, () => runOther(engine, id));
    case 'sweep':
      return doing(engine, 'sweep', () => engine.idempotency.sweep());
    case 'forget':
      return doing(engine, `forget brief ${id.key}`, () => engine.idempotency.forget('brief', id.key));
  }
};

/** Runs an operation, and tells those who look on what came of it. */
export async function runOnce(
  engine: Engine,
  { operation, key }: { operation: Operation; key: string },
  chance: Chance,
): Promise<unknown> {
  const { world } = engine;
  const onRunning = world.isCalm || chance.happens(0.7) ? 'wait' : 'refuse';
  const ttlMs = operation === 'brief' ? BRIEF_TTL_MS : HOUR_MS;
  try {
    const { value } = await engine.idempotency.run<string>(
      operation,
      { key },
      (context) => workOf(engine, { operation, key }, context, chance),
      { key, ttlMs, onRunning },
    );
    if (operation !== 'brief') world.operations.toldCaller(`${operation} ${key}`, value);
    return value;
  } catch (error) {
    const isStored = isErosError(error, 'stored_operation_error');
    if (isStored && operation !== 'brief') world.operations.toldCaller(`${operation} ${key}`, 'failed for good');
    throw error;
  }
}

/** Under a key that stands for something else, or for nothing now: then it fails, and lets go of it. */
async function runOther(engine: Engine, { operation, key }: OperationKey): Promise<unknown> {
  const { value, replayed } = await engine.idempotency.run(
    operation,
    { key, other: true },
    async (): Promise<string> => {
      throw new BusinessError('the other parameters are not wanted', false);
    },
    // Whoever dies at it leaves the key to these parameters for no longer than that.
    { key, ttlMs: BRIEF_TTL_MS },
  );
  engine.world.violate('a key tells nobody the end of another request', operation, key, value, replayed);
  return value;
}

interface WorkContext {
  readonly fence: number;
  readonly signal: AbortSignal;
  transaction(write: (tx: Transaction) => Promise<string>): Promise<string>;
}

async function workOf(
  engine: Engine,
  id: { operation: Operation; key: string },
  context: WorkContext,
  chance: Chance,
): Promise<string> {
  const { world, process, stores } = engine;
  const { fence, signal } = context;
  const what = `${id.operation} ${id.key}`;
  const turn = world.outside.turn();
  world.trace.note(engine.node, `works on ${what}, fence ${fence}:`, turn);
  await process.wait(turn === 'slow' ? chance.between(LEASE_MS / 2, 2 * LEASE_MS) : world.outside.workMs());
  if (!signal.aborted && !process.isPaused) world.operations.works(id, fence);
  if (turn === 'throws') throw new BusinessError(`${what} failed`, false);
  if (turn === 'gives up') throw new BusinessError(`${what} failed for good`, true);
  while (turn === 'hangs' && !signal.aborted && !world.isCalm) await process.wait(200);
  const value = `${what} by ${fence}`;
  if (id.operation !== 'send') {
    return context.transaction(async (tx) => {
      await stores.effects.add({ what, value: world.time.nowMs }, tx);
      await process.wait(world.outside.workMs());
      if (turn === 'throws late') throw new BusinessError(`${what} failed in its transaction`, false);
      return value;
    });
  }
  await world.outside.apply(process, what, fence, true);
  if (turn === 'throws late') throw new BusinessError(`${what} failed after its effect`, false);
  return value;
}
