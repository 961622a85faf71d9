import type { Column, Table, View } from '../schema/table.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { FoundSchema } from './found-schema.js';

/** How a database writes what is declared. */
export interface SchemaDdl {
  table(table: Table): string;
  /** ALTER TABLE for a table whose rows are there already: they get no default that tells of now. */
  addedColumn(table: string, column: Column): string;
  indexes(table: Table): readonly { readonly name: string; readonly sql: string }[];
  view(view: View): string;
  /** A type as a found column tells it. */
  type(column: Column): string;
  default(value: NonNullable<Column['default']>): string;
  /** A condition, default or statement in the one spelling in which a declared and a found one can be compared. */
  spelling(sql: string): string;
  /**
   * Whether a column of that type takes and gives back what we write into this one.
   *
   * @param isStrict whether its table holds values to their types.
   */
  holds(found: string, column: Column, isStrict: boolean): boolean;
}

/** What a database does in its own way where its schema is read and changed. What is to be done is the migrator's. */
export interface SchemaAccess {
  /** The file or host, without secrets. */
  readonly databaseName: string;
  readonly ddl: SchemaDdl;
  /** Runs reads that belong together, so that they see one moment. */
  look<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** Runs work in one transaction, while nobody else changes the schema. */
  change<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** @param only the tables to look into; the others are listed without columns and keys. */
  read(session: SqlSession, only: readonly string[]): Promise<FoundSchema>;
  /** Makes a view so that `read` tells it by this very statement. */
  makeView(session: SqlSession, name: string, sql: string): Promise<void>;
  /** Runs work that drops what is ours, views and columns of others notwithstanding. */
  dropping(session: SqlSession, found: FoundSchema, work: () => Promise<void>): Promise<void>;
  /** Called when a migration has been committed. */
  settle(): Promise<void>;
}
