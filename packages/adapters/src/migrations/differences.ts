import type { Column, Table } from '../schema/table.js';
import { columnOf, type FoundColumn, type FoundSchema, type FoundTable } from './found-schema.js';
import type { DeclaredSchema, SchemaDifference } from './migration.js';
import type { SchemaDdl } from './schema-access.js';

/**
 * Differences in what is there on both sides. Migrating keeps them: the tables are another's too, and SQLite can mend them
 * only by building the table anew, which is how the predecessor lost keys and parents (predecessor facts 9.B7). They do no
 * harm: our writes give every column that has a documented default its value, and no rule of ours rests on a CHECK or a
 * foreign key.
 */
export function differencesIn(found: FoundSchema, { tables }: DeclaredSchema, ddl: SchemaDdl): SchemaDifference[] {
  return tables.flatMap((table) => {
    const existing = found.tables.get(table.name);
    return existing ? [...tableDifferences(table, existing, ddl), ...demandsOf(table, existing)] : [];
  });
}

function tableDifferences(table: Table, existing: FoundTable, ddl: SchemaDdl): SchemaDifference[] {
  return table.columns.flatMap((column) => {
    const there = columnOf(existing, column.name);
    if (!there) return [];
    const isKey = column.key !== undefined || (table.primaryKey?.includes(column.name) ?? false);
    const pairs: readonly (readonly [declared: string, found: string])[] = [
      [ddl.type(column), there.type || 'no type'],
      [nullable(column.notNull ?? false), nullable(there.isNotNull)],
      [isKey ? 'a key' : 'no key', there.keyPlace > 0 ? 'a key' : 'no key'],
      [declaredDefault(column, ddl), foundDefault(column, there, ddl)],
      [checkText(column.check ? [column.check] : [], ddl), checkText(existing.checksOf(column.name), ddl)],
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
    .filter(({ name }) => !table.columns.some((column) => column.name === name))
    .filter(
      (column) => column.isNotNull && column.defaultSql === undefined && !column.isGenerated && !column.isNumbered,
    )
    .map(({ name }) => ({
      where: `${table.name}.${name}`,
      declared: 'no such column, so rows that we add are refused',
      found: 'NOT NULL without a default',
    }));

const nullable = (isNotNull: boolean): string => (isNotNull ? 'NOT NULL' : 'nullable');

const declaredDefault = ({ default: value }: Column, ddl: SchemaDdl): string =>
  value === undefined ? 'no default' : `DEFAULT ${ddl.spelling(ddl.default(value))}`;

function foundDefault(column: Column, { defaultSql }: FoundColumn, ddl: SchemaDdl): string {
  // A column that ALTER TABLE added may have no default for the present instant: our writes give it.
  if (defaultSql === undefined && column.added && typeof column.default === 'object')
    return declaredDefault(column, ddl);
  return defaultSql === undefined ? 'no default' : `DEFAULT ${ddl.spelling(defaultSql)}`;
}

const checkText = (checks: readonly string[], ddl: SchemaDdl): string =>
  checks.length === 0 ? 'no check' : `CHECK (${checks.map((each) => ddl.spelling(each)).join(') CHECK (')})`;

const parentOf = ({ references }: Column): string =>
  references ? `REFERENCES ${references.table}(${references.column})` : 'no parent';

function foundParent(column: Column, existing: FoundTable): string {
  const key = existing.foreignKeys.find((each) => each.column === column.name);
  if (!key) return 'no parent';
  // Without a column it is the parent's primary key.
  return `REFERENCES ${key.table}(${key.toColumn || column.references?.column || ''})`;
}
