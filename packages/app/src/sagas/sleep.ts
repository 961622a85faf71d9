import type { Schedule } from '../breaker/schedule.js';
import type { StopSign } from './stop-sign.js';

/** Until the time is over or one of the signs is given. */
export function sleep(ms: number, signs: readonly StopSign[], schedule: Schedule): Promise<void> {
  if (signs.some(({ isGiven }) => isGiven)) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      cancel();
      for (const callOff of calledOff) callOff();
      resolve();
    };
    const cancel = schedule(wake, ms);
    const calledOff = signs.map((sign) => sign.heed(wake));
  });
}
