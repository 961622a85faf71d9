import type { Eros } from '@eros/app';

/** A creator, as far as the command line needs to know it. */
export interface ActiveCreator {
  readonly creatorId: string;
  readonly displayName: string;
  readonly timeZone: string;
}

/** The active creators by id. */
export const activeCreators = (eros: Pick<Eros, 'transaction'>): Promise<ActiveCreator[]> =>
  eros.transaction(async (tx) => {
    const rows = await tx.query<{ creator_id: string; display_name: string; timezone: string }>(
      'SELECT creator_id, display_name, timezone FROM creators WHERE is_active = 1 ORDER BY creator_id',
    );
    return rows.map((row) => ({ creatorId: row.creator_id, displayName: row.display_name, timeZone: row.timezone }));
  });
