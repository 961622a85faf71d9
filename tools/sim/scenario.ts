import { Chance } from './chance.js';

/** What goes wrong with a call to a store. */
export const FAULTS = ['refused', 'lost', 'crash', 'pause', 'slow', 'twice', 'outage', 'skew'] as const;
export type Fault = (typeof FAULTS)[number];

/** What the clients of a process do. */
export const LOADS = ['operations', 'sagas', 'breakers', 'breaker_orders', 'rotations', 'plans'] as const;
export type Load = (typeof LOADS)[number];

/** What is simulated. Everything else follows from the seed. */
export interface Scenario {
  readonly seed: number;
  readonly workers: number;
  readonly faults: readonly Fault[];
  readonly loads: readonly Load[];
  /** How long clients call and faults happen, in virtual time. Then faults stop, and everything must come to its end. */
  readonly stormMs: number;
}

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const chance = new Chance(`${seed} scenario`);
  // Few kinds of faults at once find other things than all of them: each seed has a mixture of its own.
  const share = chance.pick([0.3, 0.6, 1]);
  return {
    seed,
    workers: chance.between(2, 4),
    faults: FAULTS.filter(() => chance.happens(share)),
    loads: LOADS.filter(() => chance.happens(0.7)),
    stormMs: chance.pick([6_000, 12_000, 20_000]),
  };
}

/** The command that runs a scenario again, and shows what happens. */
export function commandOf({ seed, ...scenario }: Scenario): string {
  const usual = scenarioOf(seed);
  const list = (names: readonly string[]): string => names.join(',') || 'none';
  const flags = [
    ...(scenario.workers === usual.workers ? [] : [`--workers ${scenario.workers}`]),
    ...(list(scenario.faults) === list(usual.faults) ? [] : [`--faults ${list(scenario.faults)}`]),
    ...(list(scenario.loads) === list(usual.loads) ? [] : [`--loads ${list(scenario.loads)}`]),
    ...(scenario.stormMs === usual.stormMs ? [] : [`--storm ${scenario.stormMs}`]),
  ];
  return ['npm run sim -- --seed', seed, ...flags, '--trace'].join(' ');
}
