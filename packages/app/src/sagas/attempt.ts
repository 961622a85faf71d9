import {
  InvalidResultError,
  isThrown,
  readThrown,
  storableText,
  textOfThrown,
  TransactionTimeoutError,
  type SagaProblem,
} from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { LazyAbort } from '../lazy-signal.js';
import type { StopSign } from './stop-sign.js';

/** How one try went. */
export type Attempted =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly problem: SagaProblem; readonly error: unknown }
  /** This worker is to stop: nothing is known, and nothing is to be written. */
  | { readonly type: 'interrupted' };

export interface AttemptLimits {
  readonly timeoutMs: number;
  /** Time left until the saga's deadline; absent: it has none. */
  readonly deadlineInMs?: number;
  /** Given when the work is to stop. It is still waited for, as long as its time lasts. */
  readonly abort: StopSign;
  /** Given when this worker is to stop at once. */
  readonly stop: StopSign;
}

/**
 * Runs `work` until it settles, its time is over or it is interrupted; then its signal is aborted. Never rejects.
 *
 * @param work must not throw but reject.
 * @param tellLate is told when work settles that was given up on.
 */
export function attempt(
  work: (source: { readonly signal: AbortSignal }) => Promise<unknown>,
  limits: AttemptLimits,
  schedule: Schedule,
  tellLate: (error: unknown) => void,
): Promise<Attempted> {
  const { timeoutMs, deadlineInMs = Infinity, abort, stop } = limits;
  if (stop.isGiven) return Promise.resolve({ type: 'interrupted' });
  return new Promise((resolve) => {
    const controller = new LazyAbort();
    let isSettled = false;
    const settle = (attempted: Attempted): void => {
      if (isSettled) return;
      isSettled = true;
      cancelTimer();
      ignoreStop();
      ignoreAbort();
      resolve(attempted);
    };
    const interrupt = (): void => {
      controller.abort(stop.reason);
      settle({ type: 'interrupted' });
    };
    const tellToStop = (): void => controller.abort(abort.reason);
    const late = (error: unknown): void => {
      try {
        tellLate(error);
      } catch {
        // Only a logger that throws at what it is told late: there is nobody left to tell of that.
      }
    };
    const isDeadline = deadlineInMs <= timeoutMs;
    const cancelTimer = schedule(
      () => {
        const message = isDeadline ? 'the deadline of the saga passed' : `timed out after ${timeoutMs} ms`;
        const error = new DOMException(message, 'TimeoutError');
        controller.abort(error);
        const problem: SagaProblem = { kind: isDeadline ? 'deadline' : 'timeout', name: error.name, message };
        settle({ type: 'failed', problem, error });
      },
      Math.min(timeoutMs, deadlineInMs),
    );
    const ignoreStop = stop.heed(interrupt);
    const ignoreAbort = abort.heed(tellToStop);
    work(controller).then(
      (value) => (isSettled ? late(undefined) : settle({ type: 'done', value })),
      (error: unknown) => (isSettled ? late(error) : settle({ type: 'failed', problem: problemOf(error), error })),
    );
  });
}

/** Messages are kept up to this length, in UTF-16 units. */
const MESSAGE_MAX = 2_000;

/** What is kept of an error. Never throws, whatever was thrown. */
export function problemOf(error: unknown): SagaProblem {
  const kind = isThrown(error, TransactionTimeoutError) ? 'timeout' : 'error';
  if (typeof error !== 'object' || error === null) return { kind, name: 'Error', message: textOf(error) };
  const [name, message, code] = ['name', 'message', 'code'].map((field) => readThrown(error, field));
  return {
    kind,
    name: textOf(name ?? 'Error'),
    message: textOf(message ?? error),
    ...(code === undefined || code === null ? {} : { code: textOf(code) }),
    // The same work would return the same again.
    ...(readThrown(error, 'terminal') === true || isThrown(error, InvalidResultError) ? { isTerminal: true } : {}),
  };
}

/** Every database can store it: without NUL and without halves of a character. */
const textOf = (value: unknown): string => storableText(textOfThrown(value), MESSAGE_MAX);
