import { sqliteColumn, sqliteIndexes, sqliteTable, sqliteView } from '../schema/sqlite-ddl.js';
import type { Column, Table, View } from '../schema/table.js';
import type { SchemaChange, SchemaDifference } from './migration.js';
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
  table.columns.filter(({ name }) => !existing.columns.some((column) => column.name === name));

/** ALTER TABLE takes no default that is an expression and no stored generated column: the one is dropped, the other virtual. */
function forAlterTable(column: Column): Column {
  if (typeof column.default !== 'object') return column;
  const { default: _now, ...rest } = column;
  return rest;
}

const sameSql = (a: string, b: string): boolean => normalised(a) === normalised(b);
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
    if (!existing) continue;
    for (const column of missingColumns(table, existing)) {
      const cannotAdd =
        column.key ?? (column.unique || (column.notNull && column.default === undefined) ? 'required' : undefined);
      if (cannotAdd) conflicts.push(`table ${table.name} has no column ${column.name}`);
      else if (column.generated) conflicts.push(`table ${table.name} has no generated column ${column.name}`);
    }
    for (const { name, references } of table.columns) {
      const parent = references && found.tables.get(references.table);
      if (parent && !parent.uniqueColumns.has(references.column)) {
        conflicts.push(`${references.table}.${references.column} is no key, but ${table.name}.${name} refers to it`);
      }
    }
  }
  for (const view of views) {
    if (found.tables.has(view.name)) conflicts.push(`${view.name} is a table, not a view`);
  }
  return conflicts;
}

const declaredType = (column: Column): string => sqliteColumn({ name: 'x', type: column.type }).slice(2);

/** Differences in what is there on both sides. Migrating keeps them: the rows of others are not rebuilt. */
export function differencesInSqlite(tables: readonly Table[], found: FoundSchema): SchemaDifference[] {
  const differences: SchemaDifference[] = [];
  for (const table of tables) {
    const existing = found.tables.get(table.name);
    for (const column of existing ? table.columns : []) {
      const there = existing?.columns.find(({ name }) => name === column.name);
      if (!there) continue;
      const where = `${table.name}.${column.name}`;
      if (there.type.toUpperCase() !== declaredType(column)) {
        differences.push({ where, declared: declaredType(column), found: there.type || 'no type' });
      }
      if (there.isNotNull !== (column.notNull ?? false)) {
        differences.push({
          where,
          declared: column.notNull ? 'NOT NULL' : 'nullable',
          found: there.isNotNull ? 'NOT NULL' : 'nullable',
        });
      }
      if (there.keyPlace > 0 !== (column.key !== undefined || (table.primaryKey?.includes(column.name) ?? false))) {
        differences.push({
          where,
          declared: column.key ? 'a key' : 'no key',
          found: there.keyPlace > 0 ? 'a key' : 'no key',
        });
      }
    }
  }
  return differences;
}
