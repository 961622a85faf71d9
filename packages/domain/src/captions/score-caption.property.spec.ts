import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Structure } from './caption.js';
import { STRUCTURES } from './caption.js';
import { CLASSIC_PACK } from './classic-pack.js';
import { compilePack } from './compile-pack.js';
import { scoreCaption } from './score-caption.js';

const classic = compilePack(CLASSIC_PACK, undefined, (text) => createHash('sha256').update(text).digest('hex'));
const score = (text: string, structure: Structure) =>
  scoreCaption(text, structure, { priceUsd: 5, catalogueValueUsd: 5 }, classic);

const cues = STRUCTURES.flatMap((structure) => CLASSIC_PACK.structures[structure]?.elements ?? [])
  .flatMap((element) => element.cues)
  .map((cue) => cue.replaceAll('{amount}', '$30').replaceAll('{number}', '3').replaceAll('{later}', 'one of'));
const noise = [
  'set',
  'of the',
  'You',
  'lake',
  '€',
  '—',
  '…',
  '😀',
  '👩‍❤️‍👨',
  '\r\n',
  '\n',
  '\n\n',
  'don’t',
  '$1,200.50',
  'x'.repeat(40),
  '한',
  'e\u0301',
];
const glue = fc.constantFrom(' ', ' ', ' ', '', ', ', '\n', '-', '\u200b');
const words = fc.oneof(fc.constantFrom(...cues), fc.constantFrom(...noise));
const captions = fc
  .array(fc.tuple(words, glue), { maxLength: 20 })
  .map((parts) => `a${parts.map((part) => part.join('')).join('')}`);
const anything = fc.oneof(
  captions,
  fc.string({ unit: 'binary' }).map((text) => `a ${text}`),
);
const structures = fc.constantFrom(...STRUCTURES);

/** What must not change when a caption is only dressed up: which rules matched, in which order. */
const rulesOf = (text: string, structure: Structure) =>
  score(text, structure).elements.map(({ name, evidence }) => [name, ...evidence.map(({ rule }) => rule)]);

describe('scoreCaption, whatever the caption', () => {
  it('points every evidence and warning into the caption, at what it names', () => {
    const property = fc.property(anything, structures, (text, structure) => {
      const { elements, warnings } = score(text, structure);
      for (const { start, end, text: matched } of [...elements.flatMap(({ evidence }) => evidence), ...warnings]) {
        expect(start).toBeLessThan(end);
        expect(text.slice(start, end)).toBe(matched);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('counts: score is present of required, validity compares counts, evidence or advice', () => {
    const property = fc.property(anything, structures, (text, structure) => {
      const result = score(text, structure);
      const [present, required] = [result.elements.filter((element) => element.present).length, result.elements.length];
      expect(required).toBe({ winner: 4, bundle: 3, wall: 3 }[structure]);
      expect([result.present, result.required, result.score]).toEqual([present, required, present / required]);
      expect(result.isValid).toBe(present >= { winner: 3, bundle: 2, wall: 2 }[structure]);
      for (const element of result.elements) {
        expect(element.evidence.length > 0).toBe(element.present);
        expect(element.advice === undefined).toBe(element.present);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('gives the same answer again', () => {
    const property = fc.property(captions, structures, (text, structure) =>
      expect(score(text, structure)).toEqual(score(text, structure)),
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it.each<[string, (text: string) => string]>([
    ['capitals', (text) => text.toUpperCase()],
    ['small letters', (text) => text.toLowerCase()],
    ['bold letters', (text) => styled(text, 0x1d400, 0x1d41a)],
    ['script letters', (text) => styled(text, 0x1d4d0, 0x1d4ea)],
    ['full-width letters', (text) => styled(text, 0xff21, 0xff41)],
    [
      'zero-width characters between all letters',
      (text) => text.replaceAll(/([A-Za-z0-9'])(?=[A-Za-z0-9'])/g, '$1\u200b'),
    ],
    ['curly apostrophes', (text) => text.replaceAll("'", '’')],
    ['straight apostrophes', (text) => text.replaceAll('’', "'")],
    ['missing apostrophes', (text) => text.replaceAll(/['’]/g, '')],
    ['CRLF', (text) => text.replaceAll(/\r?\n/g, '\r\n')],
    ['decomposed letters', (text) => text.normalize('NFD')],
  ])('is the same in %s', (_, dress) => {
    const property = fc.property(captions, structures, (text, structure) => {
      expect(rulesOf(dress(text), structure)).toEqual(rulesOf(text, structure));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('agrees with a plain search on which words of exclusivity stand in a text', () => {
    const vocabulary = [
      'secret',
      'secretly',
      'secretary',
      'private',
      'privately',
      'privating',
      'privation',
      'exclusive',
      'exclusives',
    ];
    const parts = fc.array(
      fc.tuple(fc.constantFrom(...vocabulary, 'set', "secret's", 'secret’d'), fc.constantFrom(' ', ', ', '', '!')),
      {
        minLength: 1,
      },
    );
    const pattern =
      /(?<![a-z]|[a-z]['’])(?:secret(?:s|es|['’]s|d|ed|r|er|ing|ly|ted|tes|ter|ting)?|(?:private|exclusive)(?:s|es|['’]s|d|ed|r|er|ing|ly)?|(?:privat|exclusiv)(?:es|ed|er|ing|ly))(?![a-z]|['’][a-z])/g;
    const property = fc.property(parts, (pieces) => {
      const text = pieces.map((piece) => piece.join('')).join('');
      const found = score(text, 'winner').elements[1]?.evidence.map((evidence) => evidence.text);
      expect(found).toEqual([...text.matchAll(pattern)].map(([match]) => match));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

function styled(text: string, upperA: number, lowerA: number): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0);
    return String.fromCodePoint(code >= 97 ? lowerA + code - 97 : upperA + code - 65);
  });
}
