import { assessLearning, nextOffset, type AppliedOutcome, type EvidenceWeek } from '@eros/domain';
import { createEros } from '../create-eros.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { CREATOR, openReplayed, outcomesOf, WEEKS } from '../testing/replayed.js';

it('measures and applies once, whoever asks, and each step can be taken again from what is stored', async () => {
  const { eros, database, clock, close } = await openReplayed();
  const other = await createEros({ database, clock });
  try {
    const engines = [eros, other, eros, other];
    const reports = await Promise.all(engines.map(({ learning }) => learning.measure()));
    expect(reports.flatMap(({ measured }) => measured.map(({ weekStart }) => weekStart)).sort()).toEqual(WEEKS);
    const applied = (await Promise.all(engines.map(({ learning }) => learning.apply()))).flatMap(
      (each) => each.applied,
    );
    expect(applied.map(({ weekStart }) => weekStart).sort()).toEqual(WEEKS);
    expect(await eros.learning.apply()).toEqual({ applied: [] });

    let offset = 0;
    for (const row of await outcomesOf(eros)) {
      const { input, decision } = JSON.parse(row.applied ?? 'null') as AppliedOutcome;
      expect(row).toMatchObject({ applied_to_learning: 1, guard: decision.guard, applied_at: expect.any(String) });
      expect(nextOffset(input)).toEqual(decision);
      // The signal is that of what was known with the week, though all were measured before any was applied.
      expect(input.state.lastWeek).toBe(row.week_start_date);
      const { volume } = JSON.parse(row.week_evidence) as EvidenceWeek;
      expect(assessLearning(input.state, volume, row.fatigue).signal).toBe(row.learning_signal);
      expect(input.lastOffset).toBe(offset);
      expect(Math.abs(decision.offset - offset)).toBeLessThanOrEqual(1);
      offset = decision.offset;
    }
    expect(await eros.learning.status(CREATOR)).toMatchObject({ offset, lastWeek: WEEKS.at(-1) });
    const explained = await eros.volumes.explain(CREATOR, '2026-09-21');
    expect(explained.outcome?.applied?.offsetAfter).toBe(
      applied.find(({ weekStart }) => weekStart === '2026-09-21')?.offsetAfter,
    );
  } finally {
    await other.close();
    await close();
  }
});

describe('freeze', () => {
  const why = { by: 'dana', reason: 'on holiday' };

  it('holds the offset until unfreeze, with a row in the log each', async () => {
    const { eros, close } = await openReplayed();
    try {
      await eros.volumes.freeze(CREATOR, why);
      expect(await eros.learning.status(CREATOR)).toMatchObject({ frozen: why, offset: 0 });
      await eros.learning.measure();
      const { applied } = await eros.learning.apply();
      expect(applied.map(({ guard, offsetAfter }) => `${guard} ${offsetAfter}`)).toEqual(WEEKS.map(() => 'frozen 0'));
      expect(await eros.learning.status(CREATOR)).toMatchObject({
        frozen: why,
        guard: 'frozen',
        lastWeek: WEEKS.at(-1),
      });
      await eros.volumes.unfreeze(CREATOR, why);
      expect(await eros.learning.status(CREATOR)).not.toHaveProperty('frozen');
      const logged = await query<{ event_type: string; event_details: string }>(
        eros,
        "SELECT event_type, event_details FROM timing_operation_log WHERE event_type LIKE 'learning_%frozen' ORDER BY id",
      );
      expect(logged.map((row) => ({ ...row, event_details: JSON.parse(row.event_details) as unknown }))).toEqual(
        ['learning_frozen', 'learning_unfrozen'].map((event_type) => ({
          event_type,
          event_details: why,
        })),
      );
    } finally {
      await close();
    }
  });

  it('wants a creator, a name and a reason', async () => {
    const { eros, close } = await openHost();
    try {
      await expect(eros.volumes.freeze('nobody', why)).rejects.toMatchObject({ code: 'unknown_creator' });
      await expect(eros.volumes.freeze(CREATOR, { by: '', reason: '' })).rejects.toMatchObject({
        code: 'invalid_settings',
      });
      await expect(eros.learning.status('nobody')).rejects.toMatchObject({ code: 'unknown_creator' });
      expect(await eros.learning.status(CREATOR)).toEqual({
        creatorId: CREATOR,
        offset: 0,
        signal: 0,
        confidence: 0,
        weeksLearnt: 0,
      });
    } finally {
      await close();
    }
  });
});
