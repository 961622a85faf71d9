import fc from 'fast-check';
import { isErosError } from './errors.js';
import { isTerminalByDefault, storedErrorOf } from './idempotency/index.js';
import { isThrown, readThrown, textOfThrown } from './thrown.js';

const no = (): never => {
  throw new Error('looked at');
};
const getting = (name: string): object => Object.defineProperty({}, name, { get: no, enumerable: true });
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** What can be thrown, and cannot be looked at without care. */
const AWKWARD: [string, unknown][] = [
  ['nothing', undefined],
  ['an object without a prototype', Object.assign(Object.create(null), { status: 500 })],
  ['a revoked proxy', revoked()],
  ['a text that cannot be made', { toString: no }],
  ['a text that is an object', { toString: () => ({}), toJSON: no }],
  ['fields that cannot be read', Object.defineProperties(new Error('no'), fieldsThatThrow('name', 'message', 'code'))],
  ['a fact that cannot be read', Object.assign(new Error('no'), { fact: getting('value') })],
  ['a rule that cannot be read', Object.defineProperties(new Error('no'), fieldsThatThrow('terminal', 'extra'))],
  ['an error with a number for its name', Object.assign(new Error('no'), { name: 1, message: Symbol('no') })],
];

function fieldsThatThrow(...names: string[]): PropertyDescriptorMap {
  return Object.fromEntries(names.map((name) => [name, { get: no, enumerable: true }]));
}

describe('what was thrown', () => {
  it.each(AWKWARD)('can always be told of: %s', (_, thrown) => {
    expect(typeof textOfThrown(thrown)).toBe('string');
    expect(isErosError(thrown)).toBe(false);
    expect(isTerminalByDefault(thrown)).toBe(false);
    const stored = storedErrorOf(thrown);
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
    expect([typeof stored.name, typeof stored.message]).toEqual(['string', 'string']);
  });

  it('can always be told of, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (thrown) => {
        expect(typeof textOfThrown(thrown)).toBe('string');
        expect(typeof storedErrorOf(thrown).message).toBe('string');
      }),
    );
  });

  it('is told by its text, or by its JSON', () => {
    expect(textOfThrown(new TypeError('no'))).toBe('TypeError: no');
    expect(textOfThrown(Object.assign(Object.create(null), { status: 500 }))).toBe('{"status":500}');
    expect(textOfThrown(revoked())).toBe('a thrown object that has no text');
  });

  it('is read without its getters being trusted', () => {
    expect(readThrown(getting('code'), 'code')).toBeUndefined();
    expect(readThrown({ code: 'E' }, 'code')).toBe('E');
    expect(readThrown('text', 'length')).toBeUndefined();
    expect([isThrown(new TypeError('no'), Error), isThrown({}, Error), isThrown(revoked(), Error)]).toEqual([
      ...[true, false, false],
    ]);
  });
});
