import type { Column, Table } from '../schema/table.js';
import { columnOf, type FoundSchema, type FoundTable } from './found-schema.js';
import type { DeclaredSchema, SchemaChange } from './migration.js';
import type { SchemaDdl } from './schema-access.js';

/** What is missing in the database: tables, then columns, then indexes, then views. */
export function missingIn(found: FoundSchema, { tables, views }: DeclaredSchema, ddl: SchemaDdl): SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const table of tables) {
    if (!found.tables.has(table.name)) {
      changes.push({ kind: 'create_table', name: table.name, sql: ddl.table(table) });
    }
  }
  for (const table of tables) {
    const existing = found.tables.get(table.name);
    for (const column of existing ? missingColumns(table, existing) : []) {
      const sql = ddl.addedColumn(table.name, column);
      changes.push({ kind: 'add_column', table: table.name, name: column.name, sql });
    }
  }
  for (const table of tables) {
    for (const { name, sql } of ddl.indexes(table)) {
      if (!found.indexes.has(name)) changes.push({ kind: 'create_index', table: table.name, name, sql });
    }
  }
  for (const view of views) {
    const stored = found.views.get(view.name);
    const sql = ddl.view(view);
    if (stored !== undefined && areSame(stored, sql)) continue;
    changes.push({ kind: 'create_view', name: view.name, sql, ...(stored === undefined ? {} : { replaced: stored }) });
  }
  return changes;
}

const missingColumns = (table: Table, existing: FoundTable): Column[] =>
  table.columns.filter(({ name }) => !columnOf(existing, name));

/** Two statements that make a view: as we write it, and as the database kept it. */
const areSame = (a: string, b: string): boolean => normalised(a) === normalised(b);
const normalised = (sql: string): string =>
  sql
    .replace(/\s+/g, ' ')
    .replace(/^CREATE VIEW IF NOT EXISTS /i, 'CREATE VIEW ')
    .trim();

/** Why the tables that are there cannot be ours: each a sentence. */
export function conflictsIn(found: FoundSchema, { tables, views }: DeclaredSchema, ddl: SchemaDdl): string[] {
  const conflicts: string[] = [];
  for (const table of tables) {
    if (found.views.has(table.name)) conflicts.push(`${table.name} is a view, not a table`);
    const existing = found.tables.get(table.name);
    if (existing) {
      conflicts.push(
        ...columnConflicts(table, existing),
        ...nameConflicts(table, existing),
        ...typeConflicts(table, existing, ddl),
        ...keyConflicts(table, existing),
      );
    } else conflicts.push(...parentConflicts(table, found));
    conflicts.push(...indexConflicts(table, found, ddl));
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

/** Columns whose values would come back under another name than the one we ask for. */
const nameConflicts = (table: Table, existing: FoundTable): string[] =>
  table.columns.flatMap(({ name }) => {
    const written = columnOf(existing, name)?.written ?? name;
    return written === name ? [] : [`table ${table.name} has ${written} in place of ${name}: rename that column`];
  });

/** Columns that would refuse what we write, or give it back as something else. */
const typeConflicts = (table: Table, existing: FoundTable, ddl: SchemaDdl): string[] =>
  table.columns.flatMap((column) => {
    const there = columnOf(existing, column.name);
    if (!there || ddl.holds(there.type, column, existing.isStrict)) return [];
    return [`${table.name}.${column.name} is ${there.type}, which does not hold our ${ddl.type(column)}`];
  });

/** Keys that our writes name in ON CONFLICT, or that number our rows. */
function keyConflicts(table: Table, existing: FoundTable): string[] {
  const conflicts: string[] = [];
  const identity = table.columns.find(({ key }) => key === 'identity');
  const place = identity && columnOf(existing, identity.name);
  if (identity && place && !place.isNumbered) {
    conflicts.push(`${table.name}.${identity.name} does not number new rows: it is no generated key`);
  }
  const key = table.columns.filter((column) => column.key === 'key').map(({ name }) => name);
  for (const wanted of [key, table.primaryKey ?? [], ...(table.uniques ?? [])]) {
    const isThere = existing.uniqueKeys.some((columns) => sameColumns(columns, wanted));
    if (wanted.length > 0 && wanted.every((name) => columnOf(existing, name)) && !isThere) {
      conflicts.push(`table ${table.name} does not keep (${wanted.join(', ')}) unique`);
    }
  }
  return conflicts;
}

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));

/** A table still to be made cannot refer to what is no key. */
const parentConflicts = (table: Table, found: FoundSchema): string[] =>
  table.columns.flatMap(({ name, references }) => {
    const parent = references && found.tables.get(references.table);
    if (!parent || parent.uniqueKeys.some((columns) => sameColumns(columns, [references.column]))) return [];
    return [`${references.table}.${references.column} is no key, but ${table.name}.${name} refers to it`];
  });

/** Of an index that is there under our name only a unique one matters: others are for speed and stay as they are. */
const indexConflicts = (table: Table, found: FoundSchema, ddl: SchemaDdl): string[] =>
  ddl.indexes(table).flatMap(({ name, sql }) => {
    const there = found.indexes.get(name);
    const isUnique = /^CREATE UNIQUE/.test(sql);
    if (!there || !isUnique || ddl.spelling(there.sql) === ddl.spelling(sql)) return [];
    return [`index ${name} is another one than ours: rename it`];
  });
