import {
  formatInstant,
  parseInstant,
  TRANSITIONS_GIVEN,
  TRANSITIONS_KEPT,
  UnreadableBreakerError,
  type BreakerState,
  type BreakerTransition,
  type HistoryQuery,
  type TransitionCause,
} from '@eros/domain';
import type { SqlSession } from './sql-database.js';
import { marks } from './statements.js';

interface TransitionRow {
  readonly name: string;
  readonly generation: unknown;
  readonly from_state: BreakerState;
  readonly to_state: BreakerState;
  readonly occurred_at: unknown;
  readonly node: string | null;
  readonly cause: TransitionCause;
  readonly operator: string | null;
  readonly reason: string | null;
}

const COLUMNS = 'name, generation, from_state, to_state, occurred_at, node, cause, operator, reason';
const INSERT = `INSERT INTO circuit_breaker_transitions (${COLUMNS}) VALUES (${marks(9)})`;
const FORGET = `DELETE FROM circuit_breaker_transitions WHERE name = ? AND id <= (
  SELECT id FROM circuit_breaker_transitions WHERE name = ? ORDER BY id DESC LIMIT 1 OFFSET ${TRANSITIONS_KEPT})`;
const READ = `SELECT ${COLUMNS} FROM circuit_breaker_transitions WHERE name = ? AND generation > ? ORDER BY id DESC LIMIT ?`;

/** Writes transitions of one breaker, in the transaction that made them. */
export async function addToHistory(session: SqlSession, transitions: readonly BreakerTransition[]): Promise<void> {
  for (const { name, generation, from, to, atMs, node, cause, by, reason } of transitions) {
    const at = formatInstant(atMs);
    await session.run(INSERT, [name, generation, from, to, at, node ?? null, cause, by ?? null, reason ?? null]);
  }
  const [first] = transitions;
  if (first) await session.run(FORGET, [first.name, first.name]);
}

export async function readHistory(
  session: SqlSession,
  name: string,
  { afterGeneration = 0, limit = TRANSITIONS_GIVEN }: HistoryQuery,
): Promise<BreakerTransition[]> {
  const rows = await session.all<TransitionRow>(READ, [name, afterGeneration, limit]);
  return rows.reverse().map(fromRow);
}

function fromRow(row: TransitionRow): BreakerTransition {
  const { name, occurred_at: at } = row;
  const atMs = at instanceof Date ? at.getTime() : typeof at === 'string' ? parseInstant(at) : undefined;
  if (atMs === undefined) throw new UnreadableBreakerError(name, 'occurred_at', JSON.stringify(at));
  return {
    name,
    generation: Number(row.generation),
    from: row.from_state,
    to: row.to_state,
    atMs,
    node: row.node ?? undefined,
    cause: row.cause,
    by: row.operator ?? undefined,
    reason: row.reason ?? undefined,
  };
}
