import fc from 'fast-check';
import { renewalPutOffMs } from './lease-renewal.js';

describe('a renewal that is put off', () => {
  it('comes when two thirds of the lease are over', () => {
    expect([9_000, 8_000, 10].map(renewalPutOffMs)).toEqual([6_000, 5_333, 6]);
  });

  it('is later than it was due, and early enough to wait for one more transaction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 3_600_000 }), (leaseMs) => {
        const [latestDueMs, longestTransactionMs] = [leaseMs / 2, leaseMs / 3];
        const putOffMs = renewalPutOffMs(leaseMs);
        expect(putOffMs).toBeGreaterThan(latestDueMs);
        expect(putOffMs + longestTransactionMs).toBeLessThanOrEqual(leaseMs);
      }),
    );
  });
});
