import { formatFailures } from './fleet-report.js';

it('lists all that failed, and says once what they have in common', () => {
  const full = { code: 'database_unavailable', message: 'the disk is full: free some space' };
  const text = formatFailures(
    [
      { creatorId: 'c-001', ...full },
      { creatorId: 'c-002', code: 'nothing_to_sell', message: 'no captions' },
      { creatorId: 'c-003', ...full },
    ],
    100,
  );
  expect(
    text
      .split('\n')
      .slice(2)
      .map((line) => line.trimEnd()),
  ).toEqual([
    'c-001    database_unavailable  the disk is full: free some space',
    'c-002    nothing_to_sell       no captions',
    'c-003    database_unavailable  as for c-001',
  ]);
});
