import type { WeekPlan, WeekPlanItem } from '@eros/app';
import { recordingTerminal } from '../testing/recording-terminal.js';
import { formatWeek } from './calendar.js';
import { displayWidth } from './display-width.js';

const item = (
  date: string,
  time: string,
  more: Partial<WeekPlanItem> & Pick<WeekPlanItem, 'itemType'>,
): WeekPlanItem => ({
  itemId: 1,
  channel: 'mass_message',
  scheduledAt: new Date(`${date}T${time}:00Z`),
  date,
  time,
  isCancelled: false,
  ...more,
});

const ppv = (date: string, time: string, more: Partial<WeekPlanItem> = {}): WeekPlanItem =>
  item(date, time, { itemType: 'ppv', structure: 'winner', contentType: 'solo', priceUsd: 12.99, ...more });

const at = new Date('2026-11-22T12:00:00Z');
const plan: WeekPlan = {
  templateId: 7,
  creatorId: 'c-008',
  timeZone: 'America/New_York',
  weekStart: '2026-11-23',
  weekEnd: '2026-11-29',
  status: 'generated',
  generatedAt: at,
  asOf: at,
  items: [
    ppv('2026-11-23', '09:17'),
    item('2026-11-23', '09:44', { itemType: 'ppv_followup', parentItemId: 1 }),
    item('2026-11-23', '12:03', { itemType: 'engagement' }),
    ppv('2026-11-24', '20:22', {
      structure: 'wall',
      channel: 'wall_post',
      contentType: 'boy_girl_shower',
      priceUsd: 120,
    }),
    item('2026-11-29', '23:52', { itemType: 'retention' }),
  ],
  counts: { revenue: 2, engagement: 1, retention: 1, followups: 1 },
  prediction: { revenueUsd: 1_234.4, lowUsd: 900, highUsd: 1_600, messages: 4 },
  notes: ['Tuesday has no room for a third PPV.'],
  replacedCount: 0,
};

describe('formatWeek', () => {
  it('is a grid of seven days on a wide terminal', () => {
    expect(formatWeek(plan, recordingTerminal(100))).toMatchInlineSnapshot(`
     "c-008, week of 2026-11-23, America/New_York time, generated
     2 PPV, 1 engagement, 1 retention, 1 follow-up; expected $1,234 (80 %: $900 to $1,600)

     Mon 23 Nov   │Tue 24 Nov   │Wed 25 Nov   │Thu 26 Nov   │Fri 27 Nov   │Sat 28 Nov   │Sun 29 Nov
     ─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────
     09:17 winner │20:22 wall   │             │             │             │             │23:52 retain
       solo $12.99│  boy_girl_s…│             │             │             │             │
     ↳ 09:44      │  $120.00    │             │             │             │             │
     12:03 engage │             │             │             │             │             │

     winner, bundle, wall: a PPV with its content type and price.  ↳ its follow-up.
     engage, retain: free.  ✓ sent  ✗ failed  ? unknown  – called off
     note: Tuesday has no room for a third PPV."
    `);
  });

  it('is seven rows on a narrow one', () => {
    expect(formatWeek(plan, recordingTerminal(80))).toMatchInlineSnapshot(`
     "c-008, week of 2026-11-23, America/New_York time, generated
     2 PPV, 1 engagement, 1 retention, 1 follow-up; expected $1,234 (80 %: $900 to
     $1,600)

     Mon 23 Nov  09:17 winner solo $12.99 · ↳ 09:44 · 12:03 engage
     Tue 24 Nov  20:22 wall boy_girl_shower $120.00
     Wed 25 Nov
     Thu 26 Nov
     Fri 27 Nov
     Sat 28 Nov
     Sun 29 Nov  23:52 retain

     winner, bundle, wall: a PPV with its content type and price.  ↳ its follow-up.
     engage, retain: free.  ✓ sent  ✗ failed  ? unknown  – called off
     note: Tuesday has no room for a third PPV."
    `);
  });

  it.each([80, 99, 100, 104, 120])('fits %d columns', (columns) => {
    const busy = {
      ...plan,
      items: Array.from({ length: 12 }, (_, i) =>
        ppv('2026-11-25', `${10 + i}:07`, { contentType: `content_type_${i}` }),
      ),
    };
    for (const line of formatWeek(busy, recordingTerminal(columns)).split('\n')) {
      expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('shows every item in its day, and none twice', () => {
    for (const columns of [80, 100]) {
      const text = formatWeek(plan, recordingTerminal(columns));
      for (const { time } of plan.items) expect(text.split(time)).toHaveLength(2);
    }
  });

  it('marks what was sent, what failed, what nobody knows and what was called off', () => {
    const sent = (status: 'sent' | 'failed' | 'unknown') => ({ send: { status, at } });
    const text = formatWeek(
      {
        ...plan,
        items: [
          ppv('2026-11-23', '09:17', sent('sent')),
          ppv('2026-11-24', '09:18', sent('failed')),
          ppv('2026-11-25', '09:19', sent('unknown')),
          item('2026-11-26', '09:20', { itemType: 'ppv_followup', isCancelled: true }),
        ],
      },
      recordingTerminal(120),
    );
    for (const part of ['09:17 winner ✓', '09:18 winner ✗', '09:19 winner ?', '↳ 09:20 –'])
      expect(text).toContain(part);
  });

  it('says nothing of a range that is not known', () => {
    const text = formatWeek({ ...plan, prediction: { revenueUsd: 10, messages: 1 } }, recordingTerminal());
    expect(text).toContain('expected $10\n');
  });
});
