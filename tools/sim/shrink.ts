import type { Scenario } from './scenario.js';
import { simulate, type Outcome } from './simulate.js';

/** The smallest part of a failing scenario that still breaks the same rule: less to read. */
export async function shrink(failing: Outcome): Promise<Outcome> {
  let smallest = failing;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const scenario of smallerThan(smallest.scenario)) {
      const outcome = await simulate(scenario);
      if (outcome.violation?.invariant !== failing.violation?.invariant) continue;
      [smallest, isSmaller] = [outcome, true];
      break;
    }
  }
  return smallest;
}

function smallerThan(scenario: Scenario): Scenario[] {
  const { workers, faults, loads, stormMs } = scenario;
  const without = <Name>(names: readonly Name[]): Name[][] =>
    names.map((left) => names.filter((name) => name !== left));
  return [
    ...without(loads)
      .filter((fewer) => fewer.length > 0)
      .map((fewer) => ({ ...scenario, loads: fewer })),
    ...without(faults).map((fewer) => ({ ...scenario, faults: fewer })),
    ...(workers > 1 ? [{ ...scenario, workers: workers - 1 }] : []),
    ...(stormMs > 2_000 ? [{ ...scenario, stormMs: Math.floor(stormMs / 2) }] : []),
  ];
}
