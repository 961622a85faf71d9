import { createHash } from 'node:crypto';
import { formatInstant, type Caption, type CaptionSource, type CaptionStore, type Transaction } from '@eros/domain';
import { contentTypeNumbers } from './content-type-numbers.js';
import type { SqlDatabase } from './sql-database.js';
import { inStatements, marks, rowsOfMarks } from './statements.js';

interface CaptionRow {
  caption_id: number;
  creator_id: string | null;
  caption_text: string;
  caption_type: string;
  content_type: string | null;
  is_active: number | null;
  last_used_date: string | null;
}

const READ = 'caption_id, creator_id, caption_text, caption_type, content_type, is_active, last_used_date';

const WRITTEN_COUNT = READ.split(', ').length + 4;

/**
 * The predecessor demands a hash that no two rows share. Ours is of the number and the text, since one text may stand in the
 * bank twice, for two creators.
 */
const hashOf = ({ captionId, text }: Caption): string =>
  createHash('sha256').update(`${captionId}\n${text}`).digest('hex');

/** `caption_bank`: what was imported, and the source that plans read. */
export class SqlCaptionStore implements CaptionStore, CaptionSource {
  constructor(private readonly database: SqlDatabase) {}

  async captionsFor(creatorId: string): Promise<Caption[]> {
    const rows = await this.database.on().all<CaptionRow>(
      `SELECT ${READ} FROM caption_bank
       WHERE (creator_id = ? OR creator_id IS NULL) AND COALESCE(is_active, 1) = 1 ORDER BY caption_id`,
      [creatorId],
    );
    return rows.map(fromRow);
  }

  async find(captionIds: readonly number[], tx?: Transaction): Promise<Caption[]> {
    const found: Caption[] = [];
    for (const ids of inStatements(captionIds, 1)) {
      const sql = `SELECT ${READ} FROM caption_bank WHERE caption_id IN (${marks(ids.length)}) ORDER BY caption_id`;
      found.push(...(await this.database.on(tx).all<CaptionRow>(sql, ids)).map(fromRow));
    }
    return found;
  }

  async save(captions: readonly Caption[], atMs: number, tx?: Transaction): Promise<void> {
    const at = formatInstant(atMs);
    const numberOf = await contentTypeNumbers(this.database.on(tx), this.database.dialect, captions);
    for (const part of inStatements(captions, WRITTEN_COUNT)) {
      await this.database.on(tx).run(
        `INSERT INTO caption_bank (${READ}, caption_hash, content_type_id, created_at, updated_at)
         VALUES ${rowsOfMarks(part.length, WRITTEN_COUNT)}
         ON CONFLICT (caption_id) DO UPDATE SET creator_id = excluded.creator_id, caption_text = excluded.caption_text,
           caption_type = excluded.caption_type, content_type = excluded.content_type, is_active = excluded.is_active,
           last_used_date = excluded.last_used_date, updated_at = excluded.updated_at`,
        part.flatMap((caption) => [
          caption.captionId,
          caption.creatorId ?? null,
          caption.text,
          caption.captionType,
          caption.contentType ?? null,
          caption.isActive ? 1 : 0,
          caption.lastUsedDate ?? null,
          hashOf(caption),
          numberOf(caption),
          at,
          at,
        ]),
      );
    }
  }
}

const fromRow = (row: CaptionRow): Caption => ({
  captionId: row.caption_id,
  creatorId: row.creator_id ?? undefined,
  text: row.caption_text,
  captionType: row.caption_type,
  contentType: row.content_type ?? undefined,
  isActive: row.is_active !== 0,
  lastUsedDate: row.last_used_date ?? undefined,
});
