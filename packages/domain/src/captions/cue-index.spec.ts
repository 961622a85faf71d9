import fc from 'fast-check';
import { parseCue } from './cue.js';
import { CueIndex } from './cue-index.js';
import { tokenize } from './tokens.js';

function indexOf(...cues: string[]) {
  const parsed = cues.map((cue) => {
    const result = parseCue(cue);
    if (typeof result === 'string') throw new Error(result);
    return result;
  });
  return new CueIndex(parsed, new Map([['vid', ['video']]]));
}

/** The stretches of `text` that match. */
function matches(index: CueIndex, text: string): string[] {
  const { tokens } = tokenize(text, index.alphabet);
  return index.hits(tokens).map(({ first, last }) => text.slice(tokens[first]?.start, tokens[last]?.end));
}

describe('CueIndex', () => {
  it.each([
    ['a b', 'a b, a-b a  b a\nb', ['a b', 'a-b', 'a  b', 'a\nb']],
    ['a b', 'a, b a. b a -b a--b ab a 1 b', []],
    ['aa aa', 'aa aa aa', ['aa aa', 'aa aa']],
    [
      '{number} vid',
      '3vids 3-vid 20+ videos 1,200 video $3 vid 3 big vids 3. vid',
      ['3vids', '3-vid', '20+ videos', '1,200 video'],
    ],
    ['- {number}', '- 4, -5, — 6, 7-8, a-9', ['- 4', '-5', '— 6']],
    ['only {number}', 'only 7 left, only $7, only 1,200, only two', ['only 7', 'only 1,200']],
    ['{amount}', '$5 $1,234.50 $12,34 $9.999 5$ $ 5', ['$5', '$1,234.50', '$12', '$9']],
    ['24 hours', '24 hours, 124 hours, 24.5 hours', ['24 hours']],
    ['you', "you your 'you' you're youth 4you you4 you_", ['you', 'your', 'you', 'you']],
    ['...', 'wait... a..b', ['...']],
    ['a {later} b', 'a x b, a, b b', ['a x b', 'a, b']],
    ['a {later} b', 'b a\nb', []],
    ['a b {later} b c', 'a b c, a b b c', ['a b c, a b b c']],
    ['a a {later} b', 'a\na b a a b', ['a a b']],
  ])('finds %j in %j', (cue, text, found) => {
    expect(matches(indexOf(cue), text)).toEqual(found);
  });

  it('finds what a plain search for each cue finds', () => {
    const words = ['ka', 'ko', 'mi', 'tu'];
    const phrases = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
    const texts = fc.array(
      fc.tuple(fc.constantFrom(...words, 'zz', 'kas'), fc.constantFrom(' ', ', ', '\n', '-', '')),
      { maxLength: 25 },
    );
    const property = fc.property(fc.uniqueArray(phrases, { minLength: 1, maxLength: 6 }), texts, (cues, parts) => {
      const text = parts.map((part) => part.join('')).join('');
      const expected = cues.flatMap((cue) => {
        const ending = '(?:s|es|ed|d|er|r|ing|ly)?';
        const spaced = cue
          .split(' ')
          .map((word) => word + ending)
          .join('(?:\\s+|-)');
        return [...text.matchAll(new RegExp(`(?=(?<![a-z])(${spaced})(?![a-z]))`, 'g'))].map((match) => match[1]);
      });
      expect(matches(indexOf(...cues), text).sort()).toEqual(expected.sort());
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it.each([
    ['which '],
    ['open '],
    ['which fav '],
    ['which which\nfav '],
    ['only only you '],
    ['never seen '],
    ['what do you '],
    ['$1 for $1 only '],
    ['- 1'],
    ['.'],
    ["a'"],
    ['1,111'],
  ])('takes twice the steps for twice the text of %j', (unit) => {
    const cues = [
      'which {later} fav',
      'open {later} see',
      'only you',
      'never seen before',
      'what do you think',
      '- {number}',
      '...',
    ];
    const index = indexOf(...cues, '{amount} for only {amount}', '{amount} for {amount}');
    const steps = (times: number): number => {
      let count = 0;
      const { tokens } = tokenize(unit.repeat(times), index.alphabet);
      index.hits(tokens, () => (count += 1));
      return count;
    };
    const [small, large] = [steps(200), steps(400)];
    expect(large).toBeLessThanOrEqual(2 * small + 10);
    expect(large).toBeLessThanOrEqual(400 * unit.length * 10);
  });

  it('reads each character a bounded number of times', () => {
    const index = indexOf('which {later} fav', "don't", '{amount} worth', '1');
    const reads = (text: string): number => {
      // Only these two look at single characters.
      const charCodeAt = jest.spyOn(String.prototype, 'charCodeAt');
      const codePointAt = jest.spyOn(String.prototype, 'codePointAt');
      try {
        tokenize(text, index.alphabet);
        return charCodeAt.mock.calls.length + codePointAt.mock.calls.length;
      } finally {
        charCodeAt.mockRestore();
        codePointAt.mockRestore();
      }
    };
    for (const unit of ["a'", '1,111', '$', '$1.', '1', '1.', '-', 'x-', '…', '😀', ' ', '\n', 'word ']) {
      const times = Math.floor(1_000 / unit.length);
      expect(reads(unit.repeat(2 * times))).toBeLessThanOrEqual(2 * reads(unit.repeat(times)) + 50);
    }
  });
});
