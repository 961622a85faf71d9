import { isErosError } from '@eros/domain';
import type { Chance } from '../chance.js';
import type { Engine } from '../engine.js';
import { StoreFaultError } from '../faults.js';
import { BusinessError } from '../outside.js';

/** What one call of a client comes to, in the end. */
export type Act = (engine: Engine, chance: Chance) => Promise<void>;

/** Codes that callers of the engine may meet when stores fail, processes end and others call too. */
const EXPECTED = new Set([
  'breaker_not_held',
  'circuit_held',
  'invalid_settings',
  'circuit_open',
  'idempotency_mismatch',
  'invalid_transition',
  'operation_in_progress',
  'order_unanswered',
  'probe_timeout',
  'saga_exists',
  'saga_failed',
  'saga_handed_back',
  'saga_lease_lost',
  'saga_leased',
  'saga_not_reversible',
  'stale_claim',
  'stale_version',
  'stored_operation_error',
  'transaction_closed',
  'transaction_timeout',
  'unknown_saga',
  'not_parked',
]);

/** Does what a client does, and notes how it went. An error that no caller should ever meet is a violation. */
export async function doing(engine: Engine, what: string, act: () => Promise<unknown>): Promise<void> {
  const { world, node } = engine;
  world.trace.note(node, 'CLIENT', what);
  try {
    world.trace.note(node, 'CLIENT', what, '->', (await act()) ?? 'done');
  } catch (error) {
    world.trace.note(node, 'CLIENT', what, '->', error);
    if (!isExpected(error, engine)) world.violate('callers meet only errors that they can know', what, stackOf(error));
  }
}

function isExpected(error: unknown, { isClosing }: Engine): boolean {
  if (error instanceof StoreFaultError || error instanceof BusinessError || error instanceof DOMException) return true;
  return isErosError(error) && (EXPECTED.has(error.code) || (isClosing && error.code === 'engine_closed'));
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
