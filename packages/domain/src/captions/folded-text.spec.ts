import fc from 'fast-check';
import { foldText } from './folded-text.js';

const pieces = fc.constantFrom(
  ...[
    'a',
    'B',
    ' ',
    "'",
    '’',
    '‘',
    'ʼ',
    '\u200b',
    '\ufeff',
    '\u00ad',
    '\u200d',
    'ﬁ',
    'é',
    'E\u0301',
    '𝐋',
    'ⓤ',
    'ｃ',
    '…',
    '½',
  ],
  ...['İ', 'ß', 'ſ', 'K', '😀', '3️⃣', '\ud835', '\udc00', 'ﷺ', '—', '한', 'Σ'],
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

describe('foldText', () => {
  it.each([
    ['Lucky YOU', 'lucky you'],
    ['𝐋𝓾𝕔𝖐𝚢 ⓎⓄⓊ ｙｏｕ', 'lucky you you'],
    ['l\u200bu\u200cc\u200dk\u2060y\ufeff \u00adyou\ufe0f', 'lucky you'],
    ['don’t don‘t donʼt', "don't don't don't"],
    ['wait…', 'wait...'],
    ['＄３０ worth', '$30 worth'],
    ['3️⃣ vids', '3 vids'],
    ['CAFE\u0301', 'café'],
    ['🎉 — •', '🎉 — •'],
    ['\ud800A\udc00', '\ud800a\udc00'],
  ])('makes %j %j', (original, folded) => {
    expect(foldText(original).folded).toBe(folded);
  });

  it('normalises no more than 30 marks at once, which would take more than linear time', () => {
    const normalize = jest.spyOn(String.prototype, 'normalize');
    const longest = (): number => Math.max(...normalize.mock.contexts.map((context) => String(context).length));
    try {
      foldText(`e${'\u0301\u0316'.repeat(4_000)}`);
      expect(longest()).toBe(31);
    } finally {
      normalize.mockRestore();
    }
  });

  it('knows where each unit stood', () => {
    const text = foldText('ﬁ\u200b𝐋x');
    expect(text.folded).toBe('filx');
    expect([0, 1, 2, 3].map((at) => [text.originalStart(at), text.originalEnd(at + 1)])).toEqual([
      [0, 1],
      [0, 1],
      [2, 4],
      [4, 5],
    ]);
    expect([0, 1, 2, 3, 4, 5].map((end) => text.foldedEnd(end))).toEqual([0, 2, 2, 2, 3, 4]);
  });

  it('maps every stretch to a non-empty stretch of the original', () => {
    const property = fc.property(texts, fc.nat(), fc.nat(), (original, a, b) => {
      const text = foldText(original);
      if (text.folded.length === 0) return;
      const start = a % text.folded.length;
      const end = start + 1 + (b % (text.folded.length - start));
      const [from, to] = [text.originalStart(start), text.originalEnd(end)];
      expect(0 <= from && from < to && to <= original.length).toBe(true);
      expect(text.foldedEnd(to)).toBeGreaterThanOrEqual(end);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('maps letters one to one, whatever stands between them', () => {
    const letters = fc.constantFrom('a', 'B', '𝐋', 'ⓤ', 'ｃ', 'E\u0301', '😀');
    const fillers = fc.constantFrom('', '\u200b', '\u00ad\ufeff', '\u2060');
    const property = fc.property(fc.array(fc.tuple(letters, fillers), { minLength: 1 }), (parts) => {
      const text = foldText(parts.map((part) => part.join('')).join(''));
      let [at, original] = [0, 0];
      for (const [letter, filler] of parts) {
        const width = foldText(letter).folded.length;
        expect([text.originalStart(at), text.originalEnd(at + width)]).toEqual([original, original + letter.length]);
        at += width;
        original += letter.length + filler.length;
      }
      expect(text.folded).toHaveLength(at);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
