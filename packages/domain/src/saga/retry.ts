/** How often something is tried, and how long it waits in between. */
export interface RetryPolicy {
  /** Tries in all, the first included; 1 is no retry. */
  readonly attempts: number;
  /** Before the second try. */
  readonly delayMs: number;
  /** Each further wait is the last one times this; 1 keeps it. */
  readonly factor: number;
  readonly maxDelayMs: number;
  /** The share of a wait that chance may take away, 0..1, so that many do not come back at one instant. */
  readonly jitter: number;
}

/** The longest wait between two tries: a year. Instants past the year 9999 could not be told. */
export const RETRY_DELAY_MS_MAX = 31_536_000_000;

/** A step is tried once unless it declares more. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 1, delayMs: 200, factor: 2, maxDelayMs: 30_000, jitter: 0.5 };

/** An undo that is given up needs an operator, so it is tried five times unless declared otherwise. */
export const DEFAULT_UNDO_RETRY: RetryPolicy = { ...DEFAULT_RETRY, attempts: 5 };

/**
 * The wait after the n-th failed try, in whole milliseconds: `delayMs * factor^(n-1)`, at most `maxDelayMs`, of which
 * `jitter * chance` is taken away.
 *
 * @param failures failed tries so far, from 1.
 * @param chance from [0, 1).
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, chance: number): number {
  const grownMs = Math.min(policy.maxDelayMs, policy.delayMs * policy.factor ** (failures - 1));
  return Math.round(grownMs * (1 - policy.jitter * chance));
}

/** What is wrong with a policy, each as the end of "retry."; empty when nothing is. */
export function retryProblems(policy: RetryPolicy): string[] {
  const isDelay = (ms: number): boolean => Number.isFinite(ms) && ms >= 0 && ms <= RETRY_DELAY_MS_MAX;
  const rules: [boolean, string][] = [
    [Number.isInteger(policy.attempts) && policy.attempts >= 1, 'attempts must be a whole number from 1'],
    [isDelay(policy.delayMs), `delayMs must be from 0 to ${RETRY_DELAY_MS_MAX}`],
    [isDelay(policy.maxDelayMs), `maxDelayMs must be from 0 to ${RETRY_DELAY_MS_MAX}`],
    [Number.isFinite(policy.factor) && policy.factor >= 1, 'factor must be 1 or more'],
    [Number.isFinite(policy.jitter) && policy.jitter >= 0 && policy.jitter <= 1, 'jitter must be from 0 to 1'],
  ];
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}
