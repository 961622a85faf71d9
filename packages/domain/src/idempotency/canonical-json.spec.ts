import fc from 'fast-check';
import { CANONICAL_DEPTH_MAX, canonicalJson } from './canonical-json.js';

const textOf = (value: unknown): string => {
  const canonical = canonicalJson(value);
  if (canonical.type === 'refused') throw new Error(`refused: ${canonical.path} is ${canonical.problem}`);
  return canonical.text;
};

/** The same JSON with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  );
}

/** JSON as text can hold it: without -0. `__proto__` is left out, since an object literal would take it for itself. */
const json = fc
  .jsonValue({ stringUnit: 'binary', maxDepth: 5 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

class Money {
  readonly usd = 5;
}

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };

    expect(textOf(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders members by UTF-16 units, as section 3.2.3 does: a pair of surrogates stands before U+FB33', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };

    expect([...textOf(value).matchAll(/:(\d)/g)].map(([, digit]) => Number(digit))).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });

  it.each([
    [-0, '0'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** 53 + 1, '9007199254740992'],
  ])('writes the number %p as %s', (number, text) => {
    expect(textOf(number)).toBe(text);
  });

  it('keeps Unicode as it is given: composed and decomposed text differ', () => {
    expect(textOf('\u00e9')).not.toBe(textOf('e\u0301'));
  });

  it('gives the value back when parsed', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(textOf(value))).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not see the order in which members were set', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(textOf(reordered(value))).toBe(textOf(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives two values one text only when they are the same JSON', () => {
    const small = fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom('a', ',', ':', '"', '[', '{', '\\', '1') });
    fc.assert(
      fc.property(small, small, (one, other) => {
        const isSame =
          JSON.stringify(reordered(JSON.parse(textOf(one)))) === JSON.stringify(reordered(JSON.parse(textOf(other))));
        expect(textOf(one) === textOf(other)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, unknown, string, string]>([
    ['undefined', undefined, '', 'undefined'],
    ['an undefined member', { a: [{ b: undefined }] }, '.a[0].b', 'undefined'],
    ['a hole', [1, , 3], '[1]', 'undefined'], // eslint-disable-line no-sparse-arrays
    ['NaN', { n: NaN }, '.n', 'NaN'],
    ['infinity', { n: -Infinity }, '.n', '-Infinity'],
    ['a bigint', [1n], '[0]', 'a bigint'],
    ['a symbol', { s: Symbol('x') }, '.s', 'a symbol'],
    ['a function', { f: () => 1 }, '.f', 'a function'],
    ['a date', { at: new Date(0) }, '.at', 'an instance of Date'],
    ['a map', { 'odd name': new Map() }, '["odd name"]', 'an instance of Map'],
    ['bytes', new Uint8Array(2), '', 'an instance of Uint8Array'],
    ['a boxed text', Object('text'), '', 'an instance of String'],
    ['an instance of a class', { price: new Money() }, '.price', 'an instance of Money'],
    ['an object that inherits members', Object.create({ a: 1 }), '', 'an instance of Object'],
    ['a member that JSON does not see', { [Symbol.for('tag')]: 1 }, '', 'an object with the hidden member Symbol(tag)'],
    [
      'a member that is not enumerable',
      Object.defineProperty({}, 'id', { value: 1 }),
      '',
      'an object with the hidden member id',
    ],
    ['a list with a name', Object.assign([1], { total: 1 }), '', 'a list with the member total'],
    ['an unpaired surrogate', { t: 'a\ud800b' }, '.t', 'text with an unpaired surrogate'],
    ['an unpaired surrogate in a name', { '\udc00': 1 }, '["\\udc00"]', 'text with an unpaired surrogate'],
  ])('refuses %s and says where it stands', (_, value, path, problem) => {
    expect(canonicalJson(value)).toEqual({ type: 'refused', path, problem });
  });

  it('refuses a cycle, but writes what is merely met twice', () => {
    const shared = { a: 1 };
    const cyclic: { self?: unknown } = {};
    cyclic.self = [cyclic];

    expect(textOf([shared, shared])).toBe('[{"a":1},{"a":1}]');
    expect(canonicalJson(cyclic)).toEqual({ type: 'refused', path: '.self[0]', problem: 'part of a cycle' });
  });

  it('refuses what is nested too deep, instead of overflowing the stack', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

    expect(canonicalJson(nested(CANONICAL_DEPTH_MAX)).type).toBe('canonical');
    expect(canonicalJson(nested(CANONICAL_DEPTH_MAX + 1))).toMatchObject({
      type: 'refused',
      problem: 'nested deeper than 200',
    });
  });

  it('takes objects without a prototype', () => {
    expect(textOf(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  });
});
