/** Runs `work` once after a time, which may be any, `Infinity` too; the answer cancels it. Must not keep the process alive. */
export type Schedule = (work: () => void, afterMs: number) => () => void;

/** A caller waits this long for the database's answer where it cannot go on without: the first use of a name, a permit. */
export const ASK_WAIT_MS = 1_000;

/** A timer of Node waits no longer than this, 24 days; told to wait longer it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Timers of Node that keep no process alive. However long the time is, it is waited out; one of `Infinity` never comes. */
export const unrefTimers: Schedule = (work, afterMs) => {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    const goOn = leftMs > LONGEST_TIMER_MS ? () => wait(leftMs - LONGEST_TIMER_MS) : work;
    timer = setTimeout(goOn, Math.min(leftMs, LONGEST_TIMER_MS)).unref();
  };
  wait(afterMs);
  return () => clearTimeout(timer);
};

/** Resolves when the work has settled, either way, or the time is over: for a caller who waits, but not for ever. */
export function waitAtMost(work: Promise<unknown>, limitMs: number, schedule: Schedule): Promise<void> {
  return new Promise((resolve) => {
    const cancel = schedule(resolve, limitMs);
    const done = () => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}

/** The database did not answer in time. Whether it does what it was asked for is unknown. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(readonly waitedMs: number) {
    super(`the database did not answer within ${waitedMs} ms`);
  }
}

/** The work's own result, or a `NoAnswerError` when it has not come in time. Its late result is nobody's. */
export function orTimeout<T>(work: Promise<T>, limitMs: number, schedule: Schedule): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = schedule(() => reject(new NoAnswerError(limitMs)), limitMs);
    work.then(resolve, reject).finally(cancel);
  });
}
