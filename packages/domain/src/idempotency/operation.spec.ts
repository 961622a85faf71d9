import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { assertOperationKey, operationHash, storedKeyOf } from './operation.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('operationHash', () => {
  it('is SHA-256 over the canonical JSON of the name and the parameters', () => {
    expect(operationHash('plan', { b: 1, a: 'x' }, sha256)).toBe(sha256('["plan",{"a":"x","b":1}]'));
  });

  it('is the same for the same JSON: order of members and -0 do not matter (I5)', () => {
    expect(operationHash('plan', { a: 0, b: 1 }, sha256)).toBe(operationHash('plan', { b: 1, a: -0 }, sha256));
  });

  it('tells operations and parameters apart, wherever the border lies', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', ']', '\\'), maxLength: 4 });
    fc.assert(
      fc.property(name, name, name, name, (operation, params, otherOperation, otherParams) => {
        const isSame = operation === otherOperation && params === otherParams;
        expect(operationHash(operation, params, sha256) === operationHash(otherOperation, otherParams, sha256)).toBe(
          isSame,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses parameters that are not JSON, and names the place', () => {
    expect(() => operationHash('plan', { days: [{ at: new Date(0) }] }, sha256)).toThrow(
      expect.objectContaining({ code: 'invalid_params', operation: 'plan', path: 'params.days[0].at' }),
    );
    expect(() => operationHash('plan', undefined, sha256)).toThrow(
      /^params of operation "plan" is undefined: give JSON/,
    );
  });
});

describe('storedKeyOf', () => {
  it.each([
    ['plan', 'c1:2026-01-05', 'plan:c1:2026-01-05'],
    ['plan:week', 'k', 'plan%3Aweek:k'],
    ['plan%3Aweek', 'k', 'plan%253Aweek:k'],
  ])('writes operation %s and key %s as %s', (operation, key, stored) => {
    expect(storedKeyOf({ operation, key })).toBe(stored);
  });

  it('never writes two pairs alike (I13)', () => {
    const part = fc.string({ unit: fc.constantFrom('a', ':', '%', '2', '5', '3', 'A'), minLength: 1, maxLength: 6 });
    const pair = fc.record({ operation: part, key: part });
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one.operation === other.operation && one.key === other.key;
        expect(storedKeyOf(one) === storedKeyOf(other)).toBe(isSame);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('assertOperationKey', () => {
  it('takes names of up to 255 characters', () => {
    expect(() => assertOperationKey({ operation: 'x'.repeat(255), key: '🌍:1' })).not.toThrow();
  });

  it.each(['', '  ', 'x'.repeat(256), 'a\0b', '\ud800'])('refuses %j as a name and as a key', (text) => {
    expect(() => assertOperationKey({ operation: text, key: 'k' })).toThrow(
      expect.objectContaining({ code: 'invalid_settings', setting: 'operation' }),
    );
    expect(() => assertOperationKey({ operation: 'o', key: text })).toThrow(
      expect.objectContaining({ code: 'invalid_settings', setting: 'key' }),
    );
  });
});
