import type { HeldSaga, NewSaga } from '@eros/domain';
import { sagaExecutionLog } from '../schema/tables/saga.js';
import type { WritesInQueries } from './dialect.js';
import { isMoment } from './moments.js';
import { OURS, type TimelessWrite } from './saga-statements.js';
import type { SqlClock, SqlFragment } from './sql-database.js';

/** A write to a saga by whoever creates it, or holds it and knows all of its journal. */
export interface SagaCreation {
  readonly saga: NewSaga;
  readonly write: TimelessWrite;
}
export interface SagaAddition {
  readonly held: HeldSaga;
  readonly write: TimelessWrite;
}

/**
 * INSERT of the rows and journals of new sagas; gives the time of each that was written, by its number in the list. Somebody else's
 * row stays. In the order of their ids, so that two lists with the same ones do not wait for each other.
 */
export function createTogether(
  creations: readonly SagaCreation[],
  clock: SqlClock,
  words: WritesInQueries,
): SqlFragment {
  const names = namesOf(creations);
  const list = creations.map(({ saga: { sagaId }, write }) => askedJson({ saga: sagaId, length: 0 }, write));
  return {
    sql: `WITH now AS (SELECT ${clock.reading.sql} AS at_ms),
      list AS (SELECT element AS asked, nth FROM ${words.jsonElements('?', 'list')}),
      written AS (INSERT INTO saga_execution_log (${names.join(', ')})
        SELECT ${names.map((name) => valueOf(name, 'list.asked', words)).join(', ')} FROM list, now ORDER BY list.asked ->> 'saga'
        ON CONFLICT (saga_id) WHERE ${OURS} DO NOTHING RETURNING saga_id),
      told AS (SELECT written.saga_id, list.asked, list.nth, now.at_ms
        FROM now, written JOIN list ON list.asked ->> 'saga' = written.saga_id),
      ${insertEntries(words)}`,
    params: [...clock.reading.params, `[${list.join()}]`],
  };
}

/**
 * UPDATE of the rows of sagas, and INSERT of what they sum up; gives the time of each that was written, by its number in the
 * list. A row that somebody else is writing is left out: one would wait for him, and all the others with it.
 */
export function appendTogether(
  additions: readonly SagaAddition[],
  clock: SqlClock,
  words: WritesInQueries,
): SqlFragment {
  const assigned = namesOf(additions).map((name) => {
    const value = valueOf(name, 'free.asked', words);
    if (name !== 'lease_until') return `${name} = ${value}`;
    return `${name} = CASE WHEN ${value} IS NOT NULL THEN ${words.laterOf(`saga.${name}`, value)} END`;
  });
  const asked = (name: string) => words.cast(`list.asked ->> '${name}'`, 'integer');
  const list = additions.map(({ held: { sagaId, owner, epoch, state }, write }) =>
    askedJson({ saga: sagaId, owner, epoch, length: state.seq, from: write.fromMs, to: write.toMs }, write),
  );
  return {
    // `nth` is never outside of that range. The planner takes a range for a small part, so the list for short, and looks each row
    // up by its index. A list that it took for long would have it read the whole table, by a plan made when that was small.
    sql: `WITH now AS (SELECT ${clock.reading.sql} AS at_ms),
      list AS (SELECT element AS asked, nth FROM ${words.jsonElements('?', 'list')} WHERE nth BETWEEN 1 AND 1000),
      free AS (SELECT found.id, list.asked, list.nth FROM now, list, LATERAL (
        SELECT saga.id FROM saga_execution_log AS saga
        WHERE saga.saga_id = list.asked ->> 'saga' AND saga.${OURS}
        AND saga.epoch = ${asked('epoch')} AND saga.owner = list.asked ->> 'owner'
        AND saga.journal_length = ${asked('length')} AND now.at_ms BETWEEN ${asked('from')} AND ${asked('to')}
        ${words.skippingLocked('saga')}) AS found),
      told AS (UPDATE saga_execution_log AS saga SET ${assigned.join(', ')} FROM free, now WHERE saga.id = free.id
        RETURNING saga.saga_id, free.asked, free.nth, now.at_ms),
      ${insertEntries(words)}`,
    params: [...clock.reading.params, `[${list.join()}]`],
  };
}

/** The columns that are written: the same ones of each saga. */
const namesOf = ([first]: readonly { readonly write: TimelessWrite }[]): string[] =>
  Object.keys(first?.write.columns ?? {});

/** One write as it stands in the list that a statement gets: what it is based on, what it sets, and what is so much after now. */
function askedJson(basis: Readonly<Record<string, string | number>>, { columns, entries }: TimelessWrite): string {
  const set: Record<string, string | number | null> = {};
  const later: Record<string, number> = {};
  for (const [name, value] of Object.entries(columns)) {
    if (isMoment(value)) later[name] = value.ms;
    else set[name] = value;
  }
  return `${JSON.stringify({ ...basis, set, later }).slice(0, -1)},"entries":${entries}}`;
}

/** What the list says of a column. */
function valueOf(name: string, asked: string, words: WritesInQueries): string {
  const type = sagaExecutionLog.columns.find((column) => column.name === name)?.type;
  if (!type) throw new Error(`bug: saga_execution_log has no column "${name}"`);
  const set = words.cast(`${asked} -> 'set' ->> '${name}'`, type);
  const laterMs = `now.at_ms + ${words.cast(`${asked} -> 'later' ->> '${name}'`, 'integer')}`;
  if (type === 'instant') return `COALESCE(${words.instantOf(laterMs)}, ${set})`;
  return type === 'real' ? `COALESCE(${laterMs}, ${set})` : set;
}

/** The entries that follow on the ones that are there, at the instant `told.at_ms`; then the statement's answer. */
const insertEntries = (words: WritesInQueries): string =>
  `entries AS (INSERT INTO saga_journal (saga_id, seq, entry, at)
    SELECT told.saga_id, ${words.cast("told.asked ->> 'length'", 'integer')} + entry.nth, entry.element, ${words.instantOf('told.at_ms')}
    FROM told, ${words.jsonElements("told.asked -> 'entries'", 'entry')})
  SELECT nth, at_ms FROM told`;
