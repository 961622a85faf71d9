import { exportOf, openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { storedWeekViolations } from '../testing/stored-week-violations.js';

/** Creators in zones whose clocks change in these weeks, and in zones where they do not. */
const ZONES: readonly [creatorId: string, timeZone: string, weekStart: string, change: string][] = [
  ['c-003', 'Europe/London', '2026-10-19', 'falls back on the Sunday'],
  ['c-003', 'Europe/London', '2026-10-26', 'begins with the new clock'],
  ['c-004', 'Europe/Bucharest', '2026-10-19', 'falls back on the Sunday'],
  ['c-001', 'America/Los_Angeles', '2026-10-26', 'falls back on the Sunday'],
  ['c-019', 'America/Los_Angeles', '2026-10-26', 'falls back on the Sunday, with many fans'],
  ['c-019', 'America/Los_Angeles', '2026-11-02', 'begins with the new clock'],
  ['c-011', 'Australia/Sydney', '2026-09-28', 'springs forward on the Sunday'],
  ['c-005', 'Australia/Sydney', '2026-10-05', 'begins with the new clock'],
  ['c-012', 'America/Bogota', '2026-10-26', 'never changes its clock'],
];

const addWeeks = (monday: string, count: number): string =>
  new Date(Date.parse(monday) + count * 7 * 86_400_000).toISOString().slice(0, 10);

it.each(ZONES)(
  'keeps every rule for %s in %s in the week of %s, which %s, and in the weeks around',
  async (creatorId, timeZone, weekStart) => {
    const now = `${addWeeks(weekStart, -1)}T12:00:00Z`;
    const { eros, close } = await openHost({ creatorIds: [creatorId], now });
    try {
      // Out of order: the middle week last, between two stored ones.
      for (const week of [weekStart, addWeeks(weekStart, 2), addWeeks(weekStart, 1)]) {
        const plan = await eros.schedules.planWeek({ creatorId, weekStart: week });
        expect(plan.counts.revenue).toBeGreaterThan(0);
        expect(plan.timeZone).toBe(timeZone);
        expect(await storedWeekViolations(eros, creatorId, timeZone)).toEqual([]);
      }
    } finally {
      await close();
    }
  },
);

it('keeps to the shares of the rotation over weeks, and to captions that rest', async () => {
  const creatorId = 'c-014';
  const { eros, close, clock } = await openHost({ creatorIds: [creatorId], now: '2026-10-04T12:00:00Z' });
  try {
    await eros.rotations.start(creatorId, {
      content_types: ['solo', 'toy', 'b_g', 'lingerie'],
      sequence_type: 'weighted_random',
      weights: { solo: 0.4, toy: 0.3, b_g: 0.2, lingerie: 0.1 },
      cycle_length_days: 90,
      avoid_repeat_within: 2,
    });
    for (const weekStart of ['2026-10-05', '2026-10-12', '2026-10-19', '2026-10-26']) {
      clock.set(`${weekStart}T00:00:00Z`);
      await eros.schedules.planWeek({ creatorId, weekStart });
    }
    expect(await storedWeekViolations(eros, creatorId, 'America/New_York')).toEqual([]);
    const rotation = await eros.rotations.get(creatorId);
    const ppvs = await query<{ content_type: string; slot_position: number }>(
      eros,
      "SELECT content_type, slot_position FROM schedule_items WHERE item_type = 'ppv' ORDER BY slot_position",
    );
    // The slots of the weeks lie behind one another; what no caption was found for is missing among them.
    const weeks = await query<{ slots_from: number; slots_to: number }>(
      eros,
      'SELECT slots_from, slots_to FROM schedule_templates ORDER BY week_start',
    );
    expect(weeks.map(({ slots_from }) => slots_from)).toEqual([
      0,
      ...weeks.slice(0, -1).map(({ slots_to }) => slots_to),
    ]);
    expect(rotation?.position).toBe(weeks.at(-1)?.slots_to);
    const total = rotation?.position ?? 0;
    const missing = total - ppvs.length;
    for (const [type, share] of Object.entries(rotation?.shares ?? {})) {
      const drawn = ppvs.filter(({ content_type }) => content_type === type).length;
      expect(Math.abs(drawn - total * share)).toBeLessThanOrEqual(2 + missing);
    }
  } finally {
    await close();
  }
});

it('says with which captions it could not do', async () => {
  // Hardly any captions: volume is lowered, never a rule broken.
  const creatorId = 'c-021';
  const { eros, close } = await openHost({ creatorIds: [creatorId], now: '2026-10-31T12:00:00Z' });
  try {
    const kept = exportOf([creatorId]).captions.filter(
      ({ caption_type }, i) => caption_type !== 'free' && i % 18 === 0,
    );
    const ids = kept.map(({ caption_id }) => Number(caption_id));
    await eros.transaction((tx) =>
      tx.query(`UPDATE caption_bank SET is_active = 0 WHERE caption_id NOT IN (${ids.join(', ')})`),
    );
    const plan = await eros.schedules.planWeek({ creatorId, weekStart: '2026-11-02' });
    expect(await storedWeekViolations(eros, creatorId, 'Europe/London')).toEqual([]);
    expect(plan.counts.revenue).toBeLessThanOrEqual(ids.length);
    expect(plan.notes.join('\n')).toMatch(/caption/);
    const [row] = await query(eros, 'SELECT caption_constrained FROM volume_calculation_log');
    expect(row).toEqual({ caption_constrained: 1 });
  } finally {
    await close();
  }
});

it.each([
  [
    'an item too near',
    'UPDATE schedule_items SET scheduled_at = (SELECT max(scheduled_at) FROM schedule_items) WHERE item_id = ?',
  ],
  ['a wrong wall clock', "UPDATE schedule_items SET scheduled_time = '12:34' WHERE item_id = ?"],
  [
    'a caption twice',
    "UPDATE schedule_items SET caption_id = (SELECT caption_id FROM schedule_items WHERE item_type = 'ppv' AND item_id <> ?1 LIMIT 1) WHERE item_id = ?1",
  ],
  [
    'a wrong structure',
    "UPDATE schedule_items SET structure = CASE structure WHEN 'wall' THEN 'winner' ELSE 'wall' END WHERE item_id = ?",
  ],
  [
    'a slot twice',
    'UPDATE schedule_items SET slot_position = (SELECT max(slot_position) FROM schedule_items WHERE item_id <> ?1) WHERE item_id = ?1',
  ],
  ['a PPV too few', "UPDATE schedule_items SET item_type = 'engagement' WHERE item_id = ?"],
])('the onlooker would notice %s', async (_, sql) => {
  const { eros, close } = await openHost({ creatorIds: ['c-001'] });
  try {
    const plan = await eros.schedules.planWeek({ creatorId: 'c-001', weekStart: '2026-11-02' });
    expect(await storedWeekViolations(eros, 'c-001', 'America/Los_Angeles')).toEqual([]);
    const [ppv] = plan.items.filter(({ itemType }) => itemType === 'ppv');
    await query(eros, sql, [ppv?.itemId]);
    expect(await storedWeekViolations(eros, 'c-001', 'America/Los_Angeles')).not.toEqual([]);
  } finally {
    await close();
  }
});
