import {
  decideRotation,
  evolveRotation,
  StaleVersionError,
  type Rotation,
  type Transaction,
  type Versioned,
} from '@eros/domain';
import type { Chance } from '../chance.js';
import type { Engine } from '../engine.js';
import { callDependency } from './breaker-calls.js';
import { doing, type Act } from './load.js';
import { ensureRotation } from './rotations.js';
import { CREATOR_IDS } from './sagas.js';

const WEEKS = [1, 2, 3];
const SLOTS = 4;

/** Clients that plan: an operation, in it a saga, in it a guarded call and a rotation, as a week is planned. */
export const plans: Act = async (engine, chance) => {
  const creatorId = chance.pick(CREATOR_IDS);
  const week = chance.pick(WEEKS);
  await doing(engine, `plan ${creatorId} ${week}`, () => plan(engine, creatorId, week, chance));
};

export const planOf = (creatorId: string, week: number): string => `week ${week} of ${creatorId}`;

/** All the plans that clients may ask for. */
export const ALL_PLANS = CREATOR_IDS.flatMap((creatorId) => WEEKS.map((week) => ({ creatorId, week })));

export async function plan(engine: Engine, creatorId: string, week: number, chance: Chance): Promise<unknown> {
  const { world } = engine;
  await ensureRotation(engine, creatorId, chance);
  const { value } = await engine.idempotency.run(
    'plan',
    { creatorId, week },
    async ({ signal }) => {
      const run = world.nextId('run');
      const saga = engine.sagas.define(planDefinition(engine));
      await saga.run({ creatorId, sagaId: `plan/${creatorId}/${week}/${run}`, input: { week } });
      signal.throwIfAborted();
      return planOf(creatorId, week);
    },
    { key: `${creatorId} ${week}`, onRunning: 'wait' },
  );
  const isStored = (await engine.stores.effects.find(planOf(creatorId, week))) !== undefined;
  world.demand(isStored, 'what is told to be planned is stored', creatorId, week);
  return value;
}

export function planDefinition(engine: Engine) {
  const { stores, world, node } = engine;
  return {
    name: 'plan',
    version: 1,
    steps: [
      {
        name: 'compose',
        timeoutMs: 5_000,
        execute: async ({ creatorId, sagaId, fence }: { creatorId: string; sagaId: string; fence: number }) => {
          world.sagas.begins('execute', sagaId, 'compose', fence, node);
          await callDependency(engine, 'dependency-1');
          return stores.rotations.load(creatorId);
        },
      },
      {
        name: 'persist',
        kind: 'transaction' as const,
        execute: async (context: PersistContext) => {
          world.sagas.begins('execute', context.sagaId, 'persist', context.fence, node);
          await persist(engine, context);
        },
      },
    ],
  };
}

interface PersistContext {
  readonly creatorId: string;
  readonly sagaId: string;
  readonly fence: number;
  readonly input: unknown;
  readonly results: Readonly<Record<string, unknown>>;
  readonly tx: Transaction;
}

async function persist({ stores, process }: Engine, { creatorId, input, results, tx }: PersistContext): Promise<void> {
  const what = planOf(creatorId, (input as { week: number }).week);
  if (await stores.effects.find(what, tx)) return;
  const { value: rotation, version } = results['compose'] as Versioned<Rotation>;
  const decision = decideRotation({ type: 'take', from: rotation.position, count: SLOTS }, rotation);
  if (decision.type !== 'accepted') throw new StaleVersionError(`rotation of "${creatorId}"`, version);
  const next = decision.events.reduce<Rotation | undefined>(evolveRotation, rotation) ?? rotation;
  await stores.rotations.save(next, { expectedVersion: version, atMs: process.nowMs(), daysOnPattern: 0 }, tx);
  await stores.effects.add({ what, value: version }, tx);
}
