import { openHost } from './testing/host.js';
import { query } from './testing/query.js';

const CREATOR = 'c-013';
const WEEK = '2026-11-02';

it('calculates what the plan of the coming week then has, and writes nothing', async () => {
  const { eros, close } = await openHost({ creatorIds: [CREATOR] });
  try {
    const changes = async () =>
      query(
        eros,
        'SELECT (SELECT count(*) FROM volume_calculation_log) AS logged, (SELECT count(*) FROM creator_rotation_state) AS rotations',
      );
    const before = await changes();
    const decision = await eros.volumes.calculate(CREATOR);
    expect(await eros.volumes.calculate(CREATOR)).toEqual(decision);
    expect(await changes()).toEqual(before);
    expect(before).toEqual([{ logged: 0, rotations: 0 }]);

    await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK });
    const explained = await eros.volumes.explain(CREATOR, WEEK);
    expect(explained.decision).toEqual(decision);
    // Asked on the Monday itself, the week that begins is meant; on the day after, the next one.
    const monday = await eros.volumes.calculate(CREATOR, { asOf: new Date('2026-11-02T08:00:00Z') });
    expect(monday.tier).toBe(decision.tier);
  } finally {
    await close();
  }
});

it('explains a planned week from what is stored, and the row has the same numbers', async () => {
  const { eros, close } = await openHost({ creatorIds: [CREATOR] });
  try {
    const plan = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK });
    const { decision, steps, prediction, outcome } = await eros.volumes.explain(CREATOR, WEEK);
    expect(steps.length).toBe(decision.notes.length);
    expect(prediction).toMatchObject({ revenueUsd: plan.prediction?.revenueUsd, algorithmVersion: expect.any(String) });
    expect(outcome).toBeUndefined();
    const [row] = await query<Record<string, unknown>>(eros, 'SELECT * FROM volume_calculation_log');
    const flag = (isSet: boolean) => (isSet ? 1 : 0);
    expect(row).toMatchObject({
      creator_id: CREATOR,
      fan_count: decision.fanCount,
      page_type: decision.pageType,
      saturation_score: decision.saturationScore,
      opportunity_score: decision.opportunityScore,
      tier: decision.tier,
      revenue_per_day: decision.perDay.revenue,
      engagement_per_day: decision.perDay.engagement,
      retention_per_day: decision.perDay.retention,
      data_source: decision.dataSource,
      confidence_score: decision.confidenceScore,
      caption_constrained: flag(decision.flags.captionConstrained),
      message_count_analyzed: decision.messageCountAnalyzed,
      multi_horizon_used: flag(decision.flags.multiHorizonUsed),
      dow_adjusted: flag(decision.flags.dowAdjusted),
      elasticity_capped: flag(decision.flags.elasticityCapped),
    });
    expect(JSON.parse(String(row?.['notes']))).toEqual(decision.notes);
  } finally {
    await close();
  }
});

it('refuses creators and weeks that are not there', async () => {
  const { eros, close } = await openHost({ creatorIds: [CREATOR] });
  try {
    const { volumes } = eros;
    await expect(volumes.calculate('nobody')).rejects.toMatchObject({ code: 'unknown_creator' });
    await expect(volumes.calculate(CREATOR, { asOf: new Date('never') })).rejects.toMatchObject({
      code: 'invalid_settings',
    });
    await expect(volumes.explain('nobody', WEEK)).rejects.toMatchObject({ code: 'unknown_creator' });
    await expect(volumes.explain(CREATOR, WEEK)).rejects.toMatchObject({ code: 'unknown_week' });
    await expect(volumes.explain(CREATOR, '2026-11-03')).rejects.toMatchObject({ code: 'invalid_settings' });
  } finally {
    await close();
  }
});
