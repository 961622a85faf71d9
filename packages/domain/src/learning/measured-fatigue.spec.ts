import fc from 'fast-check';
import { fatigueLevel, signalWithFatigue } from './measured-fatigue.js';

it.each([
  ['nothing measured', undefined, 0],
  ['nothing to compare with', { viewRate: 0.1, complaintRate: 0.5 }, 0],
  ['views as usual', { viewRate: 0.4, usualViewRate: 0.4 }, 0],
  ['views better than usual', { viewRate: 0.6, usualViewRate: 0.4 }, 0],
  ['views down by a quarter', { viewRate: 0.3, usualViewRate: 0.4 }, 0.5],
  ['views down by three quarters', { viewRate: 0.1, usualViewRate: 0.4 }, 1],
  ['no usual views', { viewRate: 0, usualViewRate: 0 }, 0],
  ['complaints up by half a percent', { complaintRate: 0.006, usualComplaintRate: 0.001 }, 0.5],
  ['complaints down', { complaintRate: 0, usualComplaintRate: 0.01 }, 0],
  ['the worse of both', { viewRate: 0.36, usualViewRate: 0.4, complaintRate: 0.008, usualComplaintRate: 0 }, 0.8],
])('%s', (_, measured, level) => {
  expect(fatigueLevel(measured)).toBeCloseTo(level, 12);
});

it('never raises the signal, and keeps it bounded', () => {
  const rate = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
  const measured = fc.record({ viewRate: rate, usualViewRate: rate, complaintRate: rate, usualComplaintRate: rate });
  const property = fc.property(fc.double({ min: -1, max: 1, noNaN: true }), measured, (signal, rates) => {
    const known = Object.fromEntries(Object.entries(rates).filter(([, value]) => value !== undefined));
    const level = fatigueLevel(known);
    expect(level).toBeGreaterThanOrEqual(0);
    expect(level).toBeLessThanOrEqual(1);
    const lowered = signalWithFatigue(signal, level);
    expect(lowered).toBeLessThanOrEqual(signal);
    expect(lowered).toBeGreaterThanOrEqual(-1);
    if (level === 0) expect(lowered).toBe(signal);
  });
  fc.assert(property, { numRuns: 1_000 });
});
