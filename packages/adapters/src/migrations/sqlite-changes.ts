import { sqliteColumn, sqliteIndexes, sqliteTable, sqliteView } from '../schema/sqlite-ddl.js';
import type { Column, Table, View } from '../schema/table.js';
import type { SchemaChange } from './migration.js';
import type { FoundSchema, FoundTable } from './sqlite-introspection.js';

/** What is missing in the database: tables, then columns, then indexes, then views. */
export function missingInSqlite(tables: readonly Table[], views: readonly View[], found: FoundSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const table of tables) {
    if (!found.tables.has(table.name)) {
      changes.push({ kind: 'create_table', name: table.name, sql: sqliteTable(table) });
    }
  }
  for (const table of tables) {
    const existing = found.tables.get(table.name);
    for (const column of existing ? missingColumns(table, existing) : []) {
      const sql = `ALTER TABLE ${table.name} ADD COLUMN ${sqliteColumn(forAlterTable(column))}`;
      changes.push({ kind: 'add_column', table: table.name, name: column.name, sql });
    }
  }
  for (const table of tables) {
    for (const { name, sql } of sqliteIndexes(table)) {
      if (!found.indexes.has(name)) changes.push({ kind: 'create_index', table: table.name, name, sql });
    }
  }
  for (const view of views) {
    const stored = found.views.get(view.name);
    const sql = sqliteView(view);
    if (stored !== undefined && sameSql(stored, sql)) continue;
    changes.push({ kind: 'create_view', name: view.name, sql, ...(stored === undefined ? {} : { replaced: stored }) });
  }
  return changes;
}

const missingColumns = (table: Table, existing: FoundTable): Column[] =>
  table.columns.filter(({ name }) => !hasColumn(existing, name));

export const hasColumn = (table: FoundTable, column: string): boolean =>
  table.columns.some(({ name }) => name.toLowerCase() === column);

/** ALTER TABLE takes no default that is an expression and no stored generated column: it is added without, or virtual. */
function forAlterTable(column: Column): Column {
  const { default: value, ...rest } = column;
  return {
    ...(typeof value === 'object' || value === undefined ? rest : { ...rest, default: value }),
    ...(column.generated ? { isVirtual: true as const } : {}),
  };
}

export const sameSql = (a: string, b: string): boolean => normalised(a) === normalised(b);
const normalised = (sql: string): string =>
  sql
    .replace(/\s+/g, ' ')
    .replace(/^CREATE (TABLE|VIEW|INDEX|UNIQUE INDEX) IF NOT EXISTS /i, 'CREATE $1 ')
    .trim();

/** Why the tables that are there cannot be ours: each a sentence. */
export function conflictsInSqlite(tables: readonly Table[], views: readonly View[], found: FoundSchema): string[] {
  const conflicts: string[] = [];
  for (const table of tables) {
    if (found.views.has(table.name)) conflicts.push(`${table.name} is a view, not a table`);
    const existing = found.tables.get(table.name);
    if (existing) conflicts.push(...columnConflicts(table, existing), ...keyConflicts(table, existing));
    else conflicts.push(...parentConflicts(table, found));
    conflicts.push(...indexConflicts(table, found));
  }
  for (const view of views) {
    if (found.tables.has(view.name)) conflicts.push(`${view.name} is a table, not a view`);
  }
  return conflicts;
}

/** Columns that rows of others cannot be given: they have no value for them. */
const columnConflicts = (table: Table, existing: FoundTable): string[] =>
  missingColumns(table, existing).flatMap(({ name, key, unique, notNull, default: value }) =>
    key || unique || (notNull && (value === undefined || typeof value === 'object'))
      ? [`table ${table.name} has no column ${name}`]
      : [],
  );

/** Keys that our writes name in ON CONFLICT, or that number our rows. */
function keyConflicts(table: Table, existing: FoundTable): string[] {
  const conflicts: string[] = [];
  const identity = table.columns.find(({ key }) => key === 'identity');
  const place = existing.columns.find(({ name }) => name.toLowerCase() === identity?.name);
  const isRowNumber =
    place?.keyPlace === 1 && place.type.toUpperCase() === 'INTEGER' && existing.uniqueKeys[0]?.length === 1;
  if (identity && place && !isRowNumber) {
    conflicts.push(`${table.name}.${identity.name} is no INTEGER PRIMARY KEY, so new rows would not be numbered`);
  }
  const key = table.columns.filter((column) => column.key === 'key').map(({ name }) => name);
  for (const wanted of [key, table.primaryKey ?? [], ...(table.uniques ?? [])]) {
    const isThere = existing.uniqueKeys.some((columns) => sameColumns(columns, wanted));
    if (wanted.length > 0 && wanted.every((name) => hasColumn(existing, name)) && !isThere) {
      conflicts.push(`table ${table.name} does not keep (${wanted.join(', ')}) unique`);
    }
  }
  return conflicts;
}

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name.toLowerCase()));

/** A table still to be made cannot refer to what is no key. */
const parentConflicts = (table: Table, found: FoundSchema): string[] =>
  table.columns.flatMap(({ name, references }) => {
    const parent = references && found.tables.get(references.table);
    if (!parent || parent.uniqueKeys.some((columns) => sameColumns(columns, [references.column]))) return [];
    return [`${references.table}.${references.column} is no key, but ${table.name}.${name} refers to it`];
  });

/** Of an index that is there under our name only a unique one matters: others are for speed and stay as they are. */
const indexConflicts = (table: Table, found: FoundSchema): string[] =>
  sqliteIndexes(table).flatMap(({ name, sql }) => {
    const there = found.indexes.get(name);
    const isUnique = /^CREATE UNIQUE/.test(sql);
    if (!there || !isUnique || sameSql(there.sql, sql)) return [];
    return [`index ${name} is another one than ours: rename it`];
  });
