import { InvalidSettingsError } from '@eros/domain';

/** How long closing waits for work in hand before it is aborted. */
export const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;

/**
 * How long work in hand may take when the engine closes, in ms; `Infinity` for as long as it takes.
 *
 * @throws {InvalidSettingsError} for anything but a number from 0 on.
 */
export function closeTimeoutMsOf({ timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS }: { timeoutMs?: number } = {}): number {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return timeoutMs;
  throw new InvalidSettingsError('timeoutMs', String(timeoutMs), 'milliseconds from 0 on, or Infinity for no limit');
}
