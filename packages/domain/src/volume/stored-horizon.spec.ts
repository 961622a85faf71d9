import { dayNumberOf } from '../time/index.js';
import { storedScores } from './stored-horizon.js';
import type { StoredHorizon } from './stored-horizon.js';

const today = dayNumberOf('2026-11-23');
const row = (facts: Partial<StoredHorizon>): StoredHorizon => ({
  trackingDate: '2026-11-20',
  days: 14,
  sendCount: 40,
  saturation: 60,
  opportunity: 40,
  revenueTrendPct: -3,
  ...facts,
});

it('takes the latest row of the horizon', () => {
  const rows = [
    row({ trackingDate: '2026-11-18', saturation: 1 }),
    row({}),
    row({ trackingDate: '2026-11-19', saturation: 2 }),
  ];
  expect(storedScores(rows, 14, today)).toEqual({
    days: 14,
    origin: 'stored',
    sendCount: 40,
    saturation: 60,
    opportunity: 40,
    revenueTrendPct: -3,
  });
});

it.each<[string, Partial<StoredHorizon>]>([
  ['of another horizon', { days: 7 }],
  ['of tomorrow', { trackingDate: '2026-11-24' }],
  ['as old as its horizon', { trackingDate: '2026-11-09' }],
  ['of under 5 sends', { sendCount: 4 }],
  ['without a saturation', { saturation: undefined }],
  ['without an opportunity', { opportunity: undefined }],
])('takes no row %s', (_, facts) => {
  expect(storedScores([row(facts)], 14, today)).toBeUndefined();
});

it.each(['2026-11-23', '2026-11-10'])('takes a row of %s', (trackingDate) => {
  expect(storedScores([row({ trackingDate })], 14, today)).toBeDefined();
});
