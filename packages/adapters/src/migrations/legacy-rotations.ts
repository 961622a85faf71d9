import { adoptLegacyRotation, formatInstant, InvalidPatternError, type AdoptedRotation } from '@eros/domain';
import { updateOf } from '../sql/columns.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { RowTranslation } from './row-translation.js';

interface FoundRow {
  creator_id: string;
  current_state: string | null;
  rotation_pattern: string;
  updated_at: string | null;
}

/**
 * Brings the predecessor's rotations into our form, their JSON kept in `legacy_pattern`. A row that cannot be understood stays
 * as it is: whoever asks for that creator's rotation is told what is wrong with it.
 */
export const legacyRotations: RowTranslation = {
  table: 'creator_rotation_state',
  name: "translate the predecessor's rotation states",

  async count(session) {
    return (await legacyRows(session)).length;
  },

  async apply(session, _found, nowMs) {
    const rows = await legacyRows(session);
    for (const { row, adopted } of rows) {
      const columns = {
        rotation_pattern: JSON.stringify(adopted.pattern),
        current_state: adopted.state,
        position: adopted.position,
        legacy_pattern: adopted.legacyPattern,
        paused_at: adopted.state === 'paused' ? (row.updated_at ?? formatInstant(nowMs)) : null,
      };
      const { sql, params } = updateOf('creator_rotation_state', columns, 'creator_id = ?', [row.creator_id]);
      await session.run(`${sql} AND rotation_pattern = ?`, [...params, row.rotation_pattern]);
    }
    const originals = rows.map(({ row }) => ({
      key: { creator_id: row.creator_id },
      columns: {
        rotation_pattern: row.rotation_pattern,
        current_state: row.current_state,
        position: 0,
        legacy_pattern: null,
        paused_at: null,
      },
    }));
    return { rowCount: rows.length, originals };
  },
};

async function legacyRows(session: SqlSession): Promise<{ row: FoundRow; adopted: AdoptedRotation }[]> {
  // The text is looked at first, since every start of the engine asks: what may be a pattern of ours is not even read.
  const rows = await session.all<FoundRow>(
    `SELECT creator_id, current_state, rotation_pattern, updated_at FROM creator_rotation_state
     WHERE CAST(rotation_pattern AS TEXT) NOT LIKE '%"content_types"%' ORDER BY creator_id`,
  );
  return rows.flatMap((row) => {
    const adopted = understood(row);
    return adopted ? [{ row, adopted }] : [];
  });
}

function understood(row: FoundRow): AdoptedRotation | undefined {
  try {
    return adoptLegacyRotation(row.current_state ?? 'initializing', row.rotation_pattern);
  } catch (error) {
    if (error instanceof InvalidPatternError) return undefined;
    throw error;
  }
}
