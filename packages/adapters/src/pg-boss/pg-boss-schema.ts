import { createHash } from 'node:crypto';

/** What pg-boss takes unquoted, with room for the ending: it allows 50 bytes. */
const PLAIN = /^[a-z_][a-z0-9_]{0,42}$/;

/**
 * The schema of pg-boss's tables that stand beside the engine's: one for each, so that engines which share a database but not its
 * tables hear no wake-ups of one another and keep timetables of their own, and a pg-boss of the host's stays as it is.
 */
export function pgBossSchema(engineSchema: string): string {
  if (PLAIN.test(engineSchema)) return `${engineSchema}_pgboss`;
  return `eros_${createHash('sha256').update(engineSchema).digest('hex').slice(0, 16)}_pgboss`;
}
