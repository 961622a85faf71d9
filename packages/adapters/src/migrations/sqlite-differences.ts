import { normalisedCondition, readCreateTable } from '../schema/create-table.js';
import { sqliteColumn, sqliteDefault } from '../schema/sqlite-ddl.js';
import type { Column, Table } from '../schema/table.js';
import type { SchemaDifference } from './migration.js';
import type { FoundColumn, FoundSchema, FoundTable } from './sqlite-introspection.js';

/**
 * Differences in what is there on both sides. Migrating keeps them, since SQLite can mend them only by building the table
 * anew, which is how the predecessor lost keys and parents (predecessor facts 9.B7). They do no harm: our writes give every
 * column that has a documented default its value, and no rule of ours rests on a CHECK or a foreign key.
 */
export function differencesInSqlite(tables: readonly Table[], found: FoundSchema): SchemaDifference[] {
  return tables.flatMap((table) => {
    const existing = found.tables.get(table.name);
    return existing ? [...tableDifferences(table, existing), ...demandsOf(table, existing)] : [];
  });
}

function tableDifferences(table: Table, existing: FoundTable): SchemaDifference[] {
  const text = readCreateTable(existing.sql);
  return table.columns.flatMap((column) => {
    const there = existing.columns.find(({ name }) => name.toLowerCase() === column.name);
    if (!there) return [];
    const isKey = column.key !== undefined || (table.primaryKey?.includes(column.name) ?? false);
    const pairs: readonly (readonly [declared: string, found: string])[] = [
      [declaredType(column), there.type.toUpperCase() || 'no type'],
      [nullable(column.notNull ?? false), nullable(there.isNotNull)],
      [isKey ? 'a key' : 'no key', there.keyPlace > 0 ? 'a key' : 'no key'],
      [declaredDefault(column), foundDefault(column, there)],
      [checkText(column.check ? [column.check] : []), checkText(text.checks.get(column.name) ?? [])],
      [parentOf(column), foundParent(column, existing)],
    ];
    return pairs
      .filter(([declared, is]) => declared !== is)
      .map(([declared, is]) => ({ where: `${table.name}.${column.name}`, declared, found: is }));
  });
}

/** Columns of others that want a value of every new row. We do not know which, so rows of ours are refused there. */
const demandsOf = (table: Table, existing: FoundTable): SchemaDifference[] =>
  existing.columns
    .filter(({ name }) => !table.columns.some((column) => column.name === name.toLowerCase()))
    .filter((column) => column.isNotNull && column.defaultSql === undefined && !column.isGenerated)
    .map(({ name }) => ({
      where: `${table.name}.${name}`,
      declared: 'no such column, so rows that we add are refused',
      found: 'NOT NULL without a default',
    }));

const declaredType = (column: Column): string => sqliteColumn({ name: 'x', type: column.type }).slice(2);
const nullable = (isNotNull: boolean): string => (isNotNull ? 'NOT NULL' : 'nullable');

const declaredDefault = ({ default: value }: Column): string =>
  value === undefined
    ? 'no default'
    : `DEFAULT ${normalisedCondition(sqliteDefault(value).replace(/^\((.*)\)$/, '$1'))}`;

function foundDefault(column: Column, { defaultSql }: FoundColumn): string {
  // A column that ALTER TABLE added has no default for the present instant: our writes give it.
  if (defaultSql === undefined && column.added && typeof column.default === 'object') return declaredDefault(column);
  return defaultSql === undefined
    ? 'no default'
    : `DEFAULT ${normalisedCondition(defaultSql.replace(/^\((.*)\)$/, '$1'))}`;
}

const checkText = (checks: readonly string[]): string =>
  checks.length === 0 ? 'no check' : `CHECK (${checks.map(normalisedCondition).join(') CHECK (')})`;

const parentOf = ({ references }: Column): string =>
  references ? `REFERENCES ${references.table}(${references.column})` : 'no parent';

function foundParent(column: Column, existing: FoundTable): string {
  const key = existing.foreignKeys.find((each) => each.column.toLowerCase() === column.name);
  if (!key) return 'no parent';
  // Without a column it is the parent's primary key.
  return `REFERENCES ${key.table.toLowerCase()}(${key.toColumn.toLowerCase() || column.references?.column || ''})`;
}
