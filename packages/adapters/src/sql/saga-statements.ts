import { formatInstant, type HeldSaga, type NewSaga, type SagaEvent } from '@eros/domain';
import type { WritesInQueries } from './dialect.js';
import type { KnownTexts, TextOf } from './known-texts.js';
import { fromNow, isMoment, paramsOf, shapeOf, type Columns } from './moments.js';
import { entryJson } from './saga-rows.js';
import type { SqlClock, SqlFragment } from './sql-database.js';

/** Rows of other programs have no definition. */
export const OURS = 'definition_hash IS NOT NULL';

/** What a write to a saga makes of one instant. */
export interface SagaWrite {
  readonly events: readonly SagaEvent[];
  readonly columns: Columns;
}

/** What a statement that tells the time itself writes between two instants: moments are distances from now. */
export interface TimelessWrite {
  readonly entries: string;
  readonly columns: Columns;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The journal entries of a write as one text. Their instants are those of the write. */
export const entriesOf = (events: readonly SagaEvent[]): string => `[${events.map(entryJson).join()}]`;

/**
 * A write that is the same whenever it happens between two instants, but for what grows with the time. What is late at one
 * instant is late at every later one, so that a write which both ends agree on is that of every instant between them.
 *
 * @returns `undefined` when they do not agree, as when a deadline lies between them, or when an entry names another instant.
 */
export function timelessWrite(
  writeAt: (atMs: number) => SagaWrite,
  fromMs: number,
  toMs: number,
): TimelessWrite | undefined {
  const [early, late] = [writeAt(fromMs), writeAt(toMs)];
  const entries = entriesOf(early.events);
  if (entries !== entriesOf(late.events)) return undefined;
  const columns: Record<string, Columns[string]> = { ...early.columns };
  for (const [name, value] of Object.entries(early.columns)) {
    const [before, after] = [msOf(value), msOf(late.columns[name])];
    if (before === after && isMoment(value)) columns[name] = formatInstant(value.ms);
    else if (value === late.columns[name]) continue;
    else if (before === undefined || after === undefined || after - before !== toMs - fromMs) return undefined;
    else columns[name] = { ms: before - fromMs, as: isMoment(value) ? value.as : 'number' };
  }
  return { entries, columns, fromMs, toMs };
}

const msOf = (value: Columns[string] | undefined): number | undefined =>
  isMoment(value) ? value.ms : typeof value === 'number' ? value : undefined;

/** INSERT of a new saga's row and journal, which gives the time; somebody else's row stays. */
export function createAtOnce(
  { sagaId }: NewSaga,
  { entries, columns }: TimelessWrite,
  clock: SqlClock,
  words: WritesInQueries,
  texts: KnownTexts,
): SqlFragment {
  const insert = insertEntries(sagaId, 0, entries, clock, words);
  const text: TextOf = (names, values) => `WITH clock AS (SELECT ${clock.reading.sql} AS at_ms),
      saga AS (INSERT INTO saga_execution_log (${names.join(', ')}) SELECT ${values.join(', ')} FROM clock AS now WHERE true
        ON CONFLICT (saga_id) WHERE ${OURS} DO NOTHING RETURNING saga_id),
      told AS (SELECT clock.at_ms FROM clock, saga),
      entries AS (${insert.sql})
      SELECT at_ms FROM told`;
  return {
    sql: texts.of(`create ${shapeOf(columns)}`, clock, columns, text),
    params: [...clock.reading.params, ...paramsOf(columns, fromNow(clock)), ...insert.params],
  };
}

/**
 * UPDATE of a saga's row, and INSERT of what it sums up, by whoever holds the saga and knows all of its journal; gives the time. A
 * lease is not shortened: a renewal may have come between.
 */
export function appendAtOnce(
  { sagaId, owner, epoch, state }: HeldSaga,
  { entries, columns, fromMs, toMs }: TimelessWrite,
  clock: SqlClock,
  words: WritesInQueries,
  texts: KnownTexts,
): SqlFragment {
  const isProlonged = (name: string | undefined) => name === 'lease_until' && columns[name] !== null;
  const now = clock.ms(0);
  const insert = insertEntries(sagaId, state.seq, entries, clock, words);
  const text: TextOf = (names, values) => {
    const assigned = values.map((value, i) =>
      isProlonged(names[i]) ? `${names[i]} = ${words.laterOf('lease_until', value)}` : `${names[i]} = ${value}`,
    );
    return `WITH told AS (UPDATE saga_execution_log SET ${assigned.join(', ')} ${clock.from}
        WHERE ${clock.holds.sql} AND saga_id = ? AND ${OURS} AND epoch = ? AND journal_length = ? AND owner = ?
        AND ${now.sql} BETWEEN ? AND ? ${clock.returning}),
      entries AS (${insert.sql})
      SELECT at_ms FROM told`;
  };
  return {
    sql: texts.of(`append ${shapeOf(columns)}`, clock, columns, text),
    params: [
      ...paramsOf(columns, fromNow(clock)),
      ...[...clock.holds.params, sagaId, epoch, state.seq, owner],
      ...[...now.params, fromMs, toMs, ...insert.params],
    ],
  };
}

/** The entries that follow on the first `length` ones, at the instant `told.at_ms`. */
function insertEntries(
  sagaId: string,
  length: number,
  entries: string,
  clock: SqlClock,
  words: WritesInQueries,
): SqlFragment {
  const at = clock.instant(0);
  return {
    sql: `INSERT INTO saga_journal (saga_id, seq, entry, at)
      SELECT ?, ? + entry.nth, entry.element, ${at.sql} FROM told AS now, ${words.jsonElements('?', 'entry')}`,
    params: [sagaId, length, ...at.params, entries],
  };
}
