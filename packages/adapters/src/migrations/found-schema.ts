export interface FoundColumn {
  readonly name: string;
  /** As it was written, and as rows name it. */
  readonly written: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly defaultSql: string | undefined;
  /** 0, or the place in the primary key from 1. */
  readonly keyPlace: number;
  /** Whether the database gives a new row its number here. */
  readonly isNumbered: boolean;
  readonly isGenerated: boolean;
}

export interface FoundForeignKey {
  readonly column: string;
  readonly table: string;
  readonly toColumn: string;
  readonly onDelete: string;
}

export interface FoundTable {
  readonly name: string;
  readonly columns: readonly FoundColumn[];
  /** Whether its columns take values of their types only. */
  readonly isStrict: boolean;
  readonly foreignKeys: readonly FoundForeignKey[];
  /** The columns of each key that no two rows share, the primary key first. Partial unique indexes are none. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The conditions of a column's own CHECKs. Asked for seldom, so they are read out of the table's text only then. */
  checksOf(column: string): readonly string[];
}

export interface FoundIndex {
  readonly table: string;
  /** The statement that makes it, as the database tells it. */
  readonly sql: string;
}

/**
 * What a database holds. Names are as our declarations write them, in lower case, wherever the database does not tell the
 * cases apart; `name` of a table is as it was written.
 */
export interface FoundSchema {
  readonly tables: ReadonlyMap<string, FoundTable>;
  /** Indexes that the database made by itself, for keys, are left out. */
  readonly indexes: ReadonlyMap<string, FoundIndex>;
  /** name -> the statement that makes it. */
  readonly views: ReadonlyMap<string, string>;
}

export const columnOf = (table: FoundTable, name: string): FoundColumn | undefined =>
  table.columns.find((column) => column.name === name);
