import { captionStep, dailyStep, elasticityReason, fusionReason, learningReason, weekdayStep } from './volume-steps.js';
import { EVEN_WEEKDAYS } from './weekdays.js';

const volume = { revenue: 4, engagement: 3, retention: 2 };
const week = { revenue: [4, 4, 4, 4, 4, 4, 4], engagement: [3, 3, 3, 3, 3, 3, 3], retention: [2, 2, 2, 2, 2, 2, 2] };

it('is a change when any category of any day differs', () => {
  expect(dailyStep('learning', volume, { ...volume }, '').isChanged).toBe(false);
  for (const category of ['revenue', 'engagement', 'retention'] as const) {
    expect(dailyStep('fusion', volume, { ...volume, [category]: 1 }, '').isChanged).toBe(true);
    const moved = { ...week, [category]: [...week[category].slice(0, 5), 9, 1] };
    expect(weekdayStep(week, moved, EVEN_WEEKDAYS).isChanged).toBe(true);
  }
  expect(weekdayStep(week, { ...week, revenue: [...week.revenue] }, undefined).isChanged).toBe(false);
});

it('says why, in words for the notes', () => {
  expect(captionStep(28, undefined).reason).toBe('captions not asked');
  expect(captionStep(2, { slots: [0, 1], reason: undefined }).reason).toBe('every slot has a caption');
  expect(captionStep(2, { slots: [1], reason: 'x' })).toMatchObject({
    before: 2,
    after: 1,
    isChanged: true,
    reason: '1 of 2 slots a week lack a caption: x',
  });
  expect(weekdayStep(week, week, undefined).reason).toBe('switched off');
  expect(weekdayStep(week, week, EVEN_WEEKDAYS).reason).toMatch(/every day alike/);
  expect(weekdayStep(week, week, [1, 1, 1.25, 1, 1, 1, 1]).reason).toMatch(/1.00 1.00 1.25 1.00/);
  expect(learningReason({ sendsPerDay: -1, guard: 'step' })).toBe('offset -1 a day, guard step');
  expect(elasticityReason(undefined)).toBe('switched off');
  expect(elasticityReason({ verdict: 'too_few_levels', levels: [] })).toMatch(/^no cap: fewer than 3 volumes/);
  expect(elasticityReason({ verdict: 'too_close_to_tell', levels: [] })).toMatch(/^no cap: .*noise/);
  expect(elasticityReason({ verdict: 'grows', levels: [] })).toMatch(/^no cap: .*still grows/);
  expect(elasticityReason({ verdict: 'declines', capPerDay: 3, levels: [] })).toMatch(/stops growing at 3 sends/);
  const neutral = { saturation: 50, opportunity: 50, revenueTrendPct: 0, parts: [], isDivergent: false };
  expect(fusionReason(neutral)).toBe('under 5 sends in every horizon: neutral 50/50');
});
