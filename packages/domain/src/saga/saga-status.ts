/**
 * How a saga stands, as documented (schema reference, `saga_execution_log`): `failed` means that a step failed or the deadline
 * passed, and that everything is undone; `rolled_back` the same at an operator's wish. Parked is no status: a saga is parked
 * in the status in which it got stuck.
 */
export type SagaStatus = 'pending' | 'in_progress' | 'completed' | 'compensating' | 'failed' | 'rolled_back';

export const SAGA_STATUSES: readonly SagaStatus[] = [
  'pending',
  'in_progress',
  'completed',
  'compensating',
  'failed',
  'rolled_back',
];

/** The statuses that a saga never leaves. */
export const isTerminalStatus = (status: SagaStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'rolled_back';
