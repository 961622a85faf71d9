import type { SqlSession } from '../sql/sql-database.js';
import type { FoundSchema } from './found-schema.js';
import type { RowOriginal } from './migration.js';

/** Brings rows that another program wrote into our form. Repeatable: a row once translated is not found again. */
export interface RowTranslation {
  readonly table: string;
  /** What is done, as a phrase: `translate the predecessor's rotation states`. */
  readonly name: string;
  /** Tables of others that it reads. `found` tells their columns too. */
  readonly looksInto?: readonly string[];
  /** How many rows are still in the old form. The table may lack our added columns. */
  count(session: SqlSession, found: FoundSchema): Promise<number>;
  /** Translates them all; called after tables and columns exist, `found` being what was there before. `originals`: what `down` is to put back, row by row. */
  apply(
    session: SqlSession,
    found: FoundSchema,
    nowMs: number,
  ): Promise<{ rowCount: number; originals: readonly RowOriginal[] }>;
  /** Takes the translation back where that can be told from the rows themselves, without originals. */
  revert?(session: SqlSession, found: FoundSchema): Promise<void>;
}
