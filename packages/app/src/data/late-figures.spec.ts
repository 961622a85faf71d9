import { ContainerModule } from 'inversify';
import type { MessageRow } from '../api.js';
import { bindings } from '../bindings.js';
import type { Eros } from '../eros.js';
import { query } from '../testing/query.js';
import { CREATOR, openReplayed, outcomesOf, startOf, WEEKS } from '../testing/replayed.js';

describe('figures that come late', () => {
  const revision = async (eros: Eros, weekStart: string, earnings: string): Promise<MessageRow> => {
    const [row] = await query<MessageRow & Record<string, unknown>>(
      eros,
      "SELECT * FROM mass_messages WHERE creator_id = ? AND category = 'revenue' AND sending_time >= ? ORDER BY sending_time",
      [CREATOR, startOf(weekStart)],
    );
    if (!row) throw new Error('nothing was sent');
    return { ...row, earnings };
  };

  it('are measured again, with the later weeks that build on them, before they are learnt from', async () => {
    const { eros, close } = await openReplayed();
    try {
      await eros.learning.measure();
      const before = await outcomesOf(eros);
      const row = await revision(eros, '2026-09-28', '5000');
      expect(await eros.data.importMessages([row])).toMatchObject({ revised: 1 });
      expect((await outcomesOf(eros)).map(({ week_start_date }) => week_start_date)).toEqual(WEEKS.slice(0, 2));
      const { measured } = await eros.learning.measure();
      expect(measured.map(({ weekStart }) => weekStart)).toEqual(WEEKS.slice(2));
      const after = await outcomesOf(eros);
      expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
      expect(after[2]?.outcome_total_revenue).toBeGreaterThan((before[2]?.outcome_total_revenue ?? 0) + 4_000);
      expect(after[4]?.learning_signal).not.toBe(before[4]?.learning_signal);
    } finally {
      await close();
    }
  });

  it('are kept beside, and change no signal, once they were learnt from', async () => {
    const { eros, close } = await openReplayed();
    try {
      await eros.learning.measure();
      await eros.learning.apply();
      const before = [await outcomesOf(eros), await eros.learning.status(CREATOR)];
      const row = await revision(eros, '2026-09-28', '5000');
      const { earnings: old } = await revision(eros, '2026-09-28', '0').then(async ({ message_id }) => {
        const [stored] = await query<{ earnings: number }>(
          eros,
          'SELECT earnings FROM mass_messages WHERE message_id = ?',
          [message_id],
        );
        return stored ?? { earnings: 0 };
      });
      await eros.data.importMessages([row]);
      await eros.data.importMessages([{ ...row, earnings: '6000' }]);
      expect([await outcomesOf(eros), await eros.learning.status(CREATOR)]).toEqual(before);
      expect(await eros.learning.measure()).toEqual({ measured: [], awaitingData: [] });
      const { outcome } = await eros.volumes.explain(CREATOR, '2026-09-28');
      expect(outcome?.revisedAfterMeasuring?.revenueUsd).toBeCloseTo((outcome?.actualRevenueUsd ?? 0) + 6_000 - old, 6);
    } finally {
      await close();
    }
  });

  it('are not missed when they come while the week is measured', async () => {
    let whileMeasuring = async (): Promise<void> => undefined;
    const modules = [
      new ContainerModule(({ onActivation }) =>
        onActivation(bindings.messageHistory, (_, history) => ({
          latestSentAtMs: (...args) => history.latestSentAtMs(...args),
          sends: async (...args) => {
            const sends = await history.sends(...args);
            await whileMeasuring();
            return sends;
          },
        })),
      ),
    ];
    const { eros, close } = await openReplayed({ modules }, ['2026-10-12']);
    try {
      const row = await revision(eros, '2026-10-12', '7000');
      whileMeasuring = async () => {
        whileMeasuring = async () => undefined;
        await eros.data.importMessages([row]);
      };
      const { measured } = await eros.learning.measure();
      expect(measured[0]?.actualRevenueUsd).toBeGreaterThan(7_000);
      expect((await outcomesOf(eros))[0]?.outcome_total_revenue).toBe(measured[0]?.actualRevenueUsd);
    } finally {
      await close();
    }
  });
});
