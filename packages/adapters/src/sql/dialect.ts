import { formatInstant } from '@eros/domain';
import { POSTGRES_TYPE } from '../schema/postgres-ddl.js';
import type { ColumnType } from '../schema/table.js';
import { comparableInstant, comparableParameter } from '../sqlite/comparable-instant.js';

/**
 * What stores must write differently for each database. All that differs stands in this file: a store never asks which
 * database it is on.
 */
export interface Dialect {
  /** The SQL for an instant column in the form in which it compares like time, whoever wrote it. */
  comparableInstant(column: string): string;
  /** The parameter to compare that with. */
  comparableParameter(atMs: number): string;
  /** A query with one parameter, a table's name in lower case: a row when there is such a table. */
  readonly tableNamed: string;
  /** What ends a SELECT by primary key so that nobody else writes the row before the transaction ends. */
  readonly forUpdate: '' | ' FOR UPDATE';
  /** How a query may hold writes: `WITH written AS (INSERT ... RETURNING ...) SELECT ...`. Absent where it may not. */
  readonly writesInQueries?: WritesInQueries;
}

/** What such a query needs beside, in its database's words. */
export interface WritesInQueries {
  /** What stands in FROM for the elements of a JSON array: rows of `element` and, from 1, `nth`, by the name that is given. */
  jsonElements(json: string, name: string): string;
  /** The later one of two instants. */
  laterOf(one: string, other: string): string;
  /** The instant of so many ms since 1970 UTC. */
  instantOf(ms: string): string;
  /** A text as a value of a column's type. */
  cast(text: string, type: ColumnType): string;
  /** What ends a SELECT that is to lock its rows of a table, and to leave those out that somebody else has locked. */
  skippingLocked(table: string): string;
}

export const sqliteDialect: Dialect = {
  comparableInstant,
  comparableParameter,
  tableNamed: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND lower(name) = ?",
  forUpdate: '', // whoever has a transaction has the whole file
};

export interface PostgresDialect extends Dialect {
  /** An expression for the present instant, in ms since 1970 UTC. */
  nowMs(): string;
}

export const postgresDialect: PostgresDialect = {
  comparableInstant: (column) => column,
  comparableParameter: formatInstant,
  tableNamed: 'SELECT 1 WHERE to_regclass(?) IS NOT NULL',
  forUpdate: ' FOR UPDATE',
  writesInQueries: {
    jsonElements: (json, name) =>
      `jsonb_array_elements(CAST(${json} AS jsonb)) WITH ORDINALITY AS ${name} (element, nth)`,
    laterOf: (one, other) => `GREATEST(${one}, ${other})`,
    instantOf: (ms) => `to_timestamp((${ms}) / 1000.0)`,
    cast: (text, type) => `CAST(${text} AS ${POSTGRES_TYPE[type].replace(/ COLLATE .*/, '')})`,
    skippingLocked: (table) => `FOR NO KEY UPDATE OF ${table} SKIP LOCKED`,
  },
  // The instant of the statement's own evaluation: now() would stand still at the transaction's beginning.
  nowMs: () => 'CAST(floor(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS bigint)',
};
