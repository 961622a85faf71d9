import { recordAt } from './idempotency-record.js';
import type { IdempotencyState } from './idempotency.js';

const id = { operation: 'plan', key: 'k' };
const claim = { epoch: 7, paramsHash: 'h', claimedAtMs: 100 };
const running: IdempotencyState = { status: 'running', owner: 'me', leaseUntilMs: 200, expiresAtMs: 300, ...claim };
const result: IdempotencyState = {
  status: 'done',
  outcome: { type: 'result', json: '{"id":1}' },
  doneAtMs: 150,
  expiresAtMs: 300,
  ...claim,
};
const error = { name: 'E', message: 'no', facts: {} };

describe('recordAt', () => {
  it.each([
    [199, true],
    [200, false],
    [299, false],
  ])('shows a claim at %d as live: %p', (atMs, isLive) => {
    const shown = { ...id, status: 'running', owner: 'me', fence: 7, sinceMs: 100, leaseUntilMs: 200, isLive };
    expect(recordAt(id, running, atMs)).toEqual(shown);
  });

  it('shows results and errors until they expire', () => {
    const end = { ...id, fence: 7, executedAtMs: 150, expiresAtMs: 300 };
    expect(recordAt(id, result, 299)).toEqual({ ...end, status: 'completed', value: { id: 1 } });
    expect(recordAt(id, { ...result, outcome: { type: 'error', error } }, 299)).toEqual({
      ...end,
      status: 'failed',
      error,
    });
  });

  it('shows nothing of what is gone', () => {
    expect(recordAt(id, running, 300)).toBeUndefined();
    expect(recordAt(id, result, 300)).toBeUndefined();
    expect(recordAt(id, { status: 'none' }, 0)).toBeUndefined();
    expect(recordAt(id, { status: 'released', epoch: 1, expiresAtMs: 500 }, 100)).toBeUndefined();
  });
});
