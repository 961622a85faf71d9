import type { Schedule } from '../breaker/schedule.js';

/** Until the time is over or one of the signals is aborted. */
export function sleep(ms: number, signals: readonly AbortSignal[], schedule: Schedule): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      cancel();
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = schedule(wake, ms);
    for (const signal of signals) signal.addEventListener('abort', wake);
  });
}
