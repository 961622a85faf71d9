import { setMaxListeners } from 'node:events';

/** So many calls share one signal. What listens to it and is never taken off is let go with it. */
const CALLS_EACH = 1_000;

const quiet = new WeakSet<AbortSignal>();
let signal = newSignal();
let calls = 0;

/**
 * A signal that never aborts, for a call without one of its caller's. A controller for each call would cost more than the
 * breaker, and one for all would keep every listener that calls add to it.
 */
export function quietSignal(): AbortSignal {
  calls += 1;
  if (calls > CALLS_EACH) {
    signal = newSignal();
    calls = 1;
  }
  return signal;
}

function newSignal(): AbortSignal {
  const { signal: made } = new AbortController();
  setMaxListeners(0, made);
  quiet.add(made);
  return made;
}

/** Whether a call was given it because it is no trial and has no signal of its caller's: for those who look on. */
export const isQuiet = (given: AbortSignal): boolean => quiet.has(given);
