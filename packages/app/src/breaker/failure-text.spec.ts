import { isStorableText } from '@eros/domain';
import { Bench, broken, errorOf, fail, fine } from './testing/bench.js';
import { failureText } from './failure-text.js';

const no = (): never => {
  throw new RangeError('looked at');
};
const THROWN: [string, unknown][] = [
  ['nothing', undefined],
  ['a text with NUL', 'connect \0sock'],
  ['an object without a prototype', Object.create(null)],
  ['an error whose message is a symbol', Object.assign(new Error('a'), { message: Symbol('m') })],
  ['an error whose message cannot be read', Object.defineProperty(new Error('a'), 'message', { get: no })],
  ['a text that cannot be made', { toString: no }],
  ['an error with half a character', new Error('\ud800')],
];

describe('the text of a failure', () => {
  it('is what the error says, as every database can store it', () => {
    expect(failureText(new TypeError('connect ENOENT \0sock'))).toBe('TypeError: connect ENOENT \ufffdsock');
    expect(failureText('no\ud800')).toBe('thrown: no\ufffd');
    const cutWithin = failureText(new Error(`${'x'.repeat(492)}\ud83d\ude00`));
    expect([cutWithin.length, isStorableText(cutWithin)]).toEqual([500, true]);
  });

  it.each(THROWN)('can be told of %s: the caller gets it, it counts, and its permit comes back', async (_, thrown) => {
    const { open, halfOpenIt, store } = new Bench();
    const breakers = open();
    const call = () => {
      throw thrown;
    };
    const caught = await breakers.run('pay', call).then(no, (error: unknown) => ({ error }));
    expect(Object.is(caught.error, thrown)).toBe(true);
    expect(store.rows.get('pay')).toMatchObject({ failureCount: 1, lastFailure: expect.any(String) });
    expect(isStorableText(store.rows.get('pay')?.lastFailure ?? '\0')).toBe(true);
    expect(await breakers.run('pay', fine)).toBe('fine');
    await halfOpenIt(breakers);
    await errorOf(breakers.run('pay', call));
    expect(store.rows.get('pay')).toMatchObject({ state: 'open' });
    expect(await errorOf(breakers.run('pay', fail))).not.toBe(broken);
  });
});
