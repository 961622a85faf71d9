import { formatInstant, type HeldSaga, type NewSaga, type SagaEvent } from '@eros/domain';
import { sagaExecutionLog } from '../schema/tables/saga.js';
import type { WritesInQueries } from './dialect.js';
import type { Columns, Moment } from './moments.js';
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
  const columns: Record<string, Columns[string]> = {};
  for (const [name, value] of Object.entries(early.columns)) {
    const [before, after] = [msOf(value), msOf(late.columns[name])];
    if (before === after && isMoment(value)) columns[name] = formatInstant(value.ms);
    else if (value === late.columns[name]) columns[name] = value;
    else if (before === undefined || after === undefined || after - before !== toMs - fromMs) return undefined;
    else columns[name] = { ms: before - fromMs, as: isMoment(value) ? value.as : 'number' };
  }
  return { entries, columns, fromMs, toMs };
}

const isMoment = (value: Columns[string] | undefined): value is Moment => typeof value === 'object' && value !== null;

const msOf = (value: Columns[string] | undefined): number | undefined =>
  isMoment(value) ? value.ms : typeof value === 'number' ? value : undefined;

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
 * list. A lease is not shortened: a renewal may have come between. One alone waits for whoever is writing its row; of several the
 * one is left out, for all the others would wait with it.
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
  const asked = (name: string) => words.cast(`list.element ->> '${name}'`, 'integer');
  const list = additions.map(({ held: { sagaId, owner, epoch, state }, write }) =>
    askedJson({ saga: sagaId, owner, epoch, length: state.seq, from: write.fromMs, to: write.toMs }, write),
  );
  return {
    sql: `WITH now AS (SELECT ${clock.reading.sql} AS at_ms),
      free AS (SELECT saga.id, list.element AS asked, list.nth FROM now, ${words.jsonElements('?', 'list')}
        JOIN saga_execution_log AS saga ON saga.saga_id = list.element ->> 'saga' AND saga.${OURS}
        WHERE saga.epoch = ${asked('epoch')} AND saga.owner = list.element ->> 'owner'
        AND saga.journal_length = ${asked('length')} AND now.at_ms BETWEEN ${asked('from')} AND ${asked('to')}
        ${words.locking('saga', additions.length > 1)}),
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
