import {
  formatCount,
  formatDecimal,
  formatDuration,
  formatInstant,
  formatPct,
  formatPrice,
  formatSigned,
  formatStep,
  formatUsd,
  plural,
} from './format.js';

it.each([
  [formatCount(29_488), '29,488'],
  [formatPrice(12.9), '$12.90'],
  [formatUsd(1_234.5), '$1,235'],
  [formatUsd(-0.2), '$0'],
  [formatUsd(-12), '-$12'],
  [formatPct(12.34), '12.3 %'],
  [formatPct(null), '-'],
  [formatDecimal(undefined), '-'],
  [formatSigned(0.421), '+0.42'],
  [formatSigned(-0.001), '0.00'],
  [formatSigned(0), '0.00'],
  [formatStep(1), '+1'],
  [formatStep(0), '0'],
  [formatStep(-2), '-2'],
  [formatInstant(Date.UTC(2026, 10, 22, 12)), '2026-11-22 12:00 UTC'],
  [formatInstant(undefined), '-'],
  [formatDuration(4_210), '4.2 s'],
  [formatDuration(125_900), '2 min 5 s'],
  [plural(1, 'week'), '1 week'],
  [plural(0, 'week'), '0 weeks'],
])('writes %s as %s', (written, wanted) => {
  expect(written).toBe(wanted);
});
