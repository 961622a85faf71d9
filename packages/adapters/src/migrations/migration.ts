import type { Table, View } from '../schema/table.js';
import type { RowTranslation } from './row-translation.js';

/** The declared schema: what a database should look like. */
export interface DeclaredSchema {
  /** Grows by one with each release that changes the schema. */
  readonly version: number;
  /** Parents before children. Names in lower case. */
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly translations: readonly RowTranslation[];
}

/** One step that brings a database to the declared schema. Every step is additive and may be repeated. */
export type SchemaChange =
  | { readonly kind: 'create_table'; readonly name: string; readonly sql: string }
  | { readonly kind: 'add_column'; readonly table: string; readonly name: string; readonly sql: string }
  | { readonly kind: 'create_index'; readonly table: string; readonly name: string; readonly sql: string }
  | { readonly kind: 'create_view'; readonly name: string; readonly sql: string; readonly replaced?: string }
  | {
      readonly kind: 'translate_rows';
      readonly table: string;
      readonly name: string;
      readonly rowCount: number;
      /** What the rows held before, once they have been translated: with these `down` puts them back. */
      readonly originals?: readonly RowOriginal[];
    };

/** The values that a translation replaced in one row. */
export interface RowOriginal {
  readonly key: Readonly<Record<string, string | number>>;
  readonly columns: Readonly<Record<string, string | number | null>>;
}

/** A change as one line for people. */
export function describeChange(change: SchemaChange): string {
  switch (change.kind) {
    case 'create_table':
      return `create table ${change.name}`;
    case 'add_column':
      return `add column ${change.table}.${change.name}`;
    case 'create_index':
      return `create index ${change.name} on ${change.table}`;
    case 'create_view':
      return `${change.replaced ? 'replace' : 'create'} view ${change.name}`;
    case 'translate_rows':
      return `${change.name} in ${change.table}: ${change.rowCount} rows`;
  }
}

/** What a migration run did, as kept in `eros_migrations`. */
export interface AppliedMigration {
  readonly version: number;
  readonly appliedAtMs: number;
  readonly changes: readonly SchemaChange[];
}

/** Where a database stands. */
export interface SchemaStatus {
  /** The version of the schema that this program declares. */
  readonly programVersion: number;
  /** The highest version recorded in the database; 0 for a new or foreign one. */
  readonly databaseVersion: number;
  readonly applied: readonly AppliedMigration[];
  /** What `migrate` would do, in order. Empty: up to date. */
  readonly pending: readonly SchemaChange[];
  /** Why the database cannot be adopted. Empty: it can. */
  readonly conflicts: readonly string[];
  /** Whether it holds tables, but none of ours and no record of us. */
  readonly isForeign: boolean;
}

/** A difference between a database and the declared schema that migrating does not mend: kept, and told. */
export interface SchemaDifference {
  readonly where: string;
  readonly declared: string;
  readonly found: string;
}
