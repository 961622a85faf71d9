import { commandOf } from './scenario.js';
import type { Outcome } from './simulate.js';

/** A failure, as somebody reads it who has to mend it. */
export function report(failing: Outcome, smallest: Outcome): string {
  const { violation, scenario, trace } = failing;
  if (!violation) throw new Error('bug: a report of a run that did not fail');
  const shorter = smallest === failing ? [] : [`the same in a smaller world: ${commandOf(smallest.scenario)}`];
  return [
    ...trace,
    '',
    `seed ${scenario.seed}, step ${violation.step}: VIOLATED: ${violation.invariant}`,
    violation.facts,
    `again: ${commandOf(scenario)}`,
    ...shorter,
  ].join('\n');
}
