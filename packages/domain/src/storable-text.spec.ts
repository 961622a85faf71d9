import fc from 'fast-check';
import { InvalidSettingsError } from './errors.js';
import { assertStorableText, isStorableText, storableText } from './storable-text.js';
import { assertWhy } from './why.js';

describe('text that every database can store', () => {
  it('keeps what can be stored, and replaces what cannot', () => {
    expect(storableText('a\0b \ud800 \ud83d\ude00', 100)).toBe('a\ufffdb \ufffd \ud83d\ude00');
    expect(storableText('ab\ud83d\ude00', 3)).toBe('ab\ufffd');
  });

  it('is what was given, cut, wherever every character of it can be stored', () => {
    const unit = fc.constantFrom('a', '\0', '\ud800', '\udc00', '\ud83d\ude00', '\n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), fc.nat({ max: 12 }), (text, lengthMax) => {
        const stored = storableText(text, lengthMax);
        expect(isStorableText(stored)).toBe(true);
        expect(stored).toHaveLength(Math.min(text.length, lengthMax));
        if (isStorableText(text.slice(0, lengthMax))) expect(stored).toBe(text.slice(0, lengthMax));
      }),
    );
  });

  it.each([
    ['', '""'],
    [' \n', '" \\n"'],
    ['a\0b', '"a\\u0000b"'],
    ['\ud800', '"\\ud800"'],
    [undefined, 'missing'],
    [7, '7'],
    [{ a: 1 }, 'an object'],
    ['x'.repeat(201), `"${'x'.repeat(100)}"... (201 characters)`],
  ])('is demanded in place of %j', (given, shown) => {
    expect(() => assertStorableText('name', given, 200)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', setting: 'name', given: shown }),
    );
  });

  it('is demanded of who does something by hand, and of the reason', () => {
    expect(() => assertWhy({ by: 'ana', reason: 'they asked' })).not.toThrow();
    for (const why of [undefined, null, {}, { by: 'a\0', reason: 'r' }, { by: 'ana', reason: '\udc00' }]) {
      expect(() => assertWhy(why as never)).toThrow(InvalidSettingsError);
    }
  });
});
