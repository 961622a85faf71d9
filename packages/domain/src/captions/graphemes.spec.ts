import fc from 'fast-check';
import { countCharacters } from './graphemes.js';

const segmenter = new Intl.Segmenter('en');

/** The meaning, without the shortcuts. */
function counted(text: string, limit = Infinity) {
  let [count, end] = [0, 0];
  for (const { segment } of segmenter.segment(text)) {
    if (count === limit) break;
    if (!/^\p{Default_Ignorable_Code_Point}+$/u.test(segment)) count += 1;
    end += segment.length;
  }
  return { count, end };
}

const pieces = fc.constantFrom(
  ...[
    'a',
    'Z',
    ' ',
    '\r',
    '\n',
    '\r\n',
    'é',
    'e\u0301',
    '\u0301',
    '\u200b',
    '\u200d',
    '\ufe0f',
    '\u00ad',
    '—',
    '’',
    '…',
  ],
  ...[
    '😀',
    '👩‍❤️‍👨',
    '👍🏽',
    '🏽',
    '🇩🇪',
    '🇩',
    '☀️',
    '❤',
    '한',
    '\u1100',
    '\u1161',
    'न',
    'ि',
    '\u0600',
    '𝐀',
    '\ud800',
    '\udc00',
  ],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

describe('countCharacters', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['a\r\nb', 3],
    ['👩‍❤️‍👨👍🏽🇩🇪', 3],
    ['e\u0301\u200b', 1],
    ['l\u200bu\u200bcky', 5],
  ])('of %j is %i', (text, count) => {
    expect(countCharacters(text)).toEqual({ count, end: text.length });
  });

  it('counts what the segmenter counts', () => {
    const property = fc.property(texts, (text) => expect(countCharacters(text)).toEqual(counted(text)));
    fc.assert(property, { numRuns: 2_000 });
  });

  it('stops after the limit, at the end of a character', () => {
    const property = fc.property(texts, fc.nat({ max: 12 }), (text, limit) => {
      const { count, end } = countCharacters(text, limit);
      expect(count).toBe(counted(text, limit).count);
      expect(countCharacters(text.slice(0, end)).count).toBe(count);
      expect(count === limit || end === text.length).toBe(true);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
