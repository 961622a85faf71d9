import fc from 'fast-check';
import { RESULT_BYTES_MAX, resultJson, utf8Bytes } from './result.js';

describe('resultJson', () => {
  it('is canonical JSON', () => {
    expect(resultJson('plan', { weeks: [1], at: null })).toBe('{"at":null,"weeks":[1]}');
  });

  it.each<[unknown, string]>([
    [undefined, 'result'],
    [{ plan: { id: 1n } }, 'result.plan.id'],
    [[new Date(0)], 'result[0]'],
    ['a\0b', 'result'],
    [{ 'a\0': 1 }, 'result'],
    ['\\\0', 'result'],
  ])('refuses %p, and names the place (I9)', (result, path) => {
    expect(() => resultJson('plan', result)).toThrow(expect.objectContaining({ code: 'invalid_result', path }));
  });

  it('takes text that only looks like an escaped NUL', () => {
    expect(JSON.parse(resultJson('plan', '\\u0000'))).toBe('\\u0000');
    expect(JSON.parse(resultJson('plan', '\\\\u0000'))).toBe('\\\\u0000');
  });

  it('takes 1 MB of UTF-8 and refuses a byte more (I9)', () => {
    const quotes = 2;
    expect(resultJson('plan', 'x'.repeat(RESULT_BYTES_MAX - quotes))).toHaveLength(RESULT_BYTES_MAX);
    expect(() => resultJson('plan', 'x'.repeat(RESULT_BYTES_MAX - quotes + 1))).toThrow(/1000001 bytes of JSON/);
    expect(() => resultJson('plan', '€'.repeat(RESULT_BYTES_MAX / 2))).toThrow(/1500002 bytes of JSON/);
  });
});

describe('utf8Bytes', () => {
  it('counts as an encoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Bytes(text)).toBe(Buffer.byteLength(text, 'utf8'));
      }),
      { numRuns: 1_000 },
    );
  });
});
