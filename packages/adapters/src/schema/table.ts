/**
 * What a column holds. SQLite stores `instant`, `date`, `time` and `json` as TEXT and `flag` as INTEGER 0/1; other
 * databases have native types for them.
 */
export type ColumnType = 'text' | 'instant' | 'date' | 'time' | 'json' | 'integer' | 'real' | 'flag';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** `identity`: an integer key that the database numbers. `key`: the primary key, given by us. */
  readonly key?: 'identity' | 'key';
  readonly notNull?: true;
  readonly unique?: true;
  /** A constant (`'closed'`, `0`) or `now`: the instant of the insert. */
  readonly default?: string | number | { readonly now: true };
  /** An SQL condition on this column, true for every allowed value. */
  readonly check?: string;
  readonly references?: { readonly table: string; readonly column: string; readonly onDelete?: 'CASCADE' | 'SET NULL' };
  /** An expression over other columns, stored: in the SQL of each database. */
  readonly generated?: { readonly sqlite: string; readonly postgres: string };
  /** Of a generated column: computed on reading, as an existing table can get it. */
  readonly isVirtual?: true;
  /**
   * True for a column that the schema reference does not name. It stands after the documented ones and, since existing
   * databases get it by ALTER TABLE, is nullable or has a constant default.
   */
  readonly added?: true;
}

export interface Index {
  readonly name: string;
  /** SQL column list: `creator_id, calculated_at DESC`. */
  readonly columns: string;
  /** The column of the list that holds an instant in whatever form others wrote it: indexed in the form it is compared in. */
  readonly instantOfOthers?: string;
  readonly unique?: true;
  /** SQL condition of a partial index. */
  readonly where?: string;
}

/** One table, declared once for every database. Documented columns first, in the order of the reference. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** For a key of several columns. */
  readonly primaryKey?: readonly string[];
  /** Conditions over several columns. */
  readonly checks?: readonly string[];
  readonly uniques?: readonly (readonly string[])[];
  readonly indexes?: readonly Index[];
}

/** A view: its text may differ between databases, its name and columns may not. */
export interface View {
  readonly name: string;
  /** The SELECT of the view on SQLite. */
  readonly sqlite: string;
  /** The SELECT of the view on PostgreSQL. */
  readonly postgres: string;
}
