import { comparableInstant } from '../sqlite/comparable-instant.js';
import type { Column, ColumnType, Table, View } from './table.js';

const SQLITE_TYPE: Record<ColumnType, string> = {
  text: 'TEXT',
  instant: 'TEXT',
  date: 'TEXT',
  time: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  flag: 'INTEGER',
};

/** The definition of one column as it stands in CREATE TABLE and in ALTER TABLE ... ADD COLUMN. */
export function sqliteColumn(column: Column): string {
  const parts = [column.name, SQLITE_TYPE[column.type]];
  if (column.key) parts.push(column.key === 'identity' ? 'PRIMARY KEY AUTOINCREMENT' : 'PRIMARY KEY');
  if (column.notNull) parts.push('NOT NULL');
  if (column.unique) parts.push('UNIQUE');
  if (column.default !== undefined) parts.push(`DEFAULT ${sqliteDefault(column.default)}`);
  if (column.check) parts.push(`CHECK (${column.check})`);
  if (column.generated) {
    parts.push(`GENERATED ALWAYS AS (${column.generated.sqlite}) ${column.isVirtual ? 'VIRTUAL' : 'STORED'}`);
  }
  if (column.references && column.added) parts.push(`REFERENCES ${referenced(column.references)}`);
  return parts.join(' ');
}

/** A default as it stands behind DEFAULT. */
export function sqliteDefault(value: NonNullable<Column['default']>): string {
  if (typeof value === 'object') return `(datetime('now'))`;
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

const referenced = ({ table, column, onDelete }: NonNullable<Column['references']>): string =>
  `${table}(${column})${onDelete ? ` ON DELETE ${onDelete}` : ''}`;

/** CREATE TABLE IF NOT EXISTS for one table. */
export function sqliteTable(table: Table): string {
  const lines = [
    ...table.columns.map(sqliteColumn),
    ...(table.primaryKey ? [`PRIMARY KEY (${table.primaryKey.join(', ')})`] : []),
    ...(table.uniques ?? []).map((columns) => `UNIQUE (${columns.join(', ')})`),
    ...(table.checks ?? []).map((check) => `CHECK (${check})`),
    ...table.columns.flatMap(({ name, references, added }) =>
      references && !added ? [`FOREIGN KEY (${name}) REFERENCES ${referenced(references)}`] : [],
    ),
  ];
  return `CREATE TABLE IF NOT EXISTS ${table.name} (\n    ${lines.join(',\n    ')}\n)`;
}

/** CREATE INDEX IF NOT EXISTS for each index of the table. */
export function sqliteIndexes(table: Table): { name: string; sql: string }[] {
  return (table.indexes ?? []).map(({ name, columns, instantOfOthers, unique, where }) => {
    // As text, instants in two forms do not sort by time.
    const list = instantOfOthers ? columns.replace(instantOfOthers, comparableInstant(instantOfOthers)) : columns;
    const condition = where ? ` WHERE ${where}` : '';
    return {
      name,
      sql: `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${name} ON ${table.name} (${list})${condition}`,
    };
  });
}

export const sqliteView = (view: View): string => `CREATE VIEW IF NOT EXISTS ${view.name} AS\n${view.sqlite}`;
