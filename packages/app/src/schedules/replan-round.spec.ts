import { openHost } from '../testing/host.js';
import { until } from '../testing/until.js';

const CREATOR = 'c-001';
const WEEK = '2026-11-02';
const why = { by: 'ops', reason: 'a test' };

/** A saga of a killed process may be taken up after somebody else has done its work. */
it('a round of replanning that is taken up late changes nothing', async () => {
  const { eros, close } = await openHost({ creatorIds: [CREATOR] });
  try {
    await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK });
    const replanned = await eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: WEEK, why });
    // Its journal, as if the process had been killed at its beginning.
    await eros.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO saga_journal (saga_id, seq, entry, at)
         SELECT 'left behind', seq, entry, at FROM saga_journal JOIN (
           SELECT saga_id FROM saga_execution_log ORDER BY id DESC LIMIT 1) last USING (saga_id) WHERE seq = 1`,
      );
      await tx.query(
        `INSERT INTO saga_execution_log (saga_id, creator_id, status, definition_name, definition_version, definition_hash,
           input, started_at, created_at, steps_completed, compensation_errors, journal_length)
         SELECT 'left behind', creator_id, 'pending', definition_name, definition_version, definition_hash, input,
           started_at, created_at, '[]', '[]', 1 FROM saga_execution_log ORDER BY id DESC LIMIT 1`,
      );
    });
    await eros.start();
    const status = await until(
      async () => (await eros.sagas.get('left behind'))?.status,
      (now) => now !== 'pending' && now !== 'in_progress',
    );
    expect(status).toBe('completed');
    expect(await eros.schedules.get(CREATOR, WEEK)).toEqual(replanned);
    expect(replanned.replacedCount).toBe(1);
  } finally {
    await close();
  }
});
