import type { Chance } from './chance.js';

/** A step as it is simulated. What it does in a try is drawn in the try. */
export interface SimulatedStep {
  readonly name: string;
  /** Steps of one place start together. */
  readonly place: number;
  readonly kind: 'effect' | 'transaction';
  readonly hasUndo: boolean;
  readonly isPivot: boolean;
  readonly attempts: number;
  readonly undoAttempts: number;
  readonly delayMs: number;
  readonly timeoutMs: number;
  readonly onExhausted: 'compensate' | 'park';
}

export interface SimulatedDefinition {
  readonly name: string;
  readonly timeoutMs?: number;
  readonly steps: readonly SimulatedStep[];
}

/** Draws what the sagas of a world consist of. */
export function drawDefinitions(chance: Chance): SimulatedDefinition[] {
  return Array.from({ length: chance.between(1, 3) }, (_, i) => drawDefinition(`saga-${i + 1}`, chance));
}

function drawDefinition(name: string, chance: Chance): SimulatedDefinition {
  const count = chance.between(1, 5);
  const pivot = chance.happens(0.4) ? chance.between(1, count) : 0;
  let place = 0;
  // Never the pivot, and never beside it: it stands alone.
  const isBesideOne = (i: number): boolean => i > 0 && i + 1 !== pivot && i !== pivot && chance.happens(0.35);
  const steps = Array.from({ length: count }, (_, i): SimulatedStep => ({
    name: `step-${i + 1}`,
    place: isBesideOne(i) ? place : (place += 1),
    kind: chance.happens(0.6) ? 'effect' : 'transaction',
    hasUndo: chance.happens(0.75),
    isPivot: i + 1 === pivot,
    attempts: chance.between(1, 3),
    undoAttempts: chance.between(1, 4),
    delayMs: chance.pick([50, 200, 1_000]),
    timeoutMs: chance.pick([500, 1_500, 5_000]),
    onExhausted: chance.happens(0.15) ? 'park' : 'compensate',
  }));
  return { name, steps, ...(chance.happens(0.3) ? { timeoutMs: chance.between(1_000, 8_000) } : {}) };
}

const ONE_TRY = { hasUndo: false, isPivot: false, attempts: 1, undoAttempts: 1, delayMs: 0, timeoutMs: 5_000 } as const;

/** The saga of a plan: see `loads/plans.ts`. */
export const PLAN: SimulatedDefinition = {
  name: 'plan',
  steps: [
    { ...ONE_TRY, name: 'compose', place: 1, kind: 'effect', onExhausted: 'compensate' },
    { ...ONE_TRY, name: 'persist', place: 2, kind: 'transaction', onExhausted: 'compensate' },
  ],
};
