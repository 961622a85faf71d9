import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CLASSIC_PACK } from './classic-pack.js';
import { compilePack, hasPatterns } from './compile-pack.js';
import { InvalidPackError } from './errors.js';
import { parsePack } from './pack-schema.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const element = { name: 'hook', scope: 'all', cues: ['look'], advice: 'look' };
const patterned = { ...element, cues: [], patterns: [{ id: 'p', pattern: 'x' }] };
const packOf = (...elements: object[]) => ({ name: 'own', version: 1, structures: { wall: { minimum: 1, elements } } });
const claims = { worth: [], price: [], otherAmounts: [], prize: [] };

function refusal(pack: unknown): InvalidPackError {
  try {
    parsePack(pack);
  } catch (error) {
    if (error instanceof InvalidPackError) return error;
    throw error;
  }
  throw new Error('the pack was accepted');
}

describe('parsePack', () => {
  it('gives the classic pack back, also from JSON', () => {
    expect(parsePack(CLASSIC_PACK)).toEqual(CLASSIC_PACK);
    expect(parsePack(JSON.parse(JSON.stringify(CLASSIC_PACK)))).toEqual(CLASSIC_PACK);
  });

  it.each<[string, unknown]>([
    ['', null],
    ['', []],
    ['name', { ...packOf(element), name: ' ' }],
    ['version', { ...packOf(element), version: 0 }],
    ['version', { ...packOf(element), version: '1' }],
    ['colour', { ...packOf(element), colour: 'red' }],
    ['structures', { name: 'own', version: 1 }],
    ['structures', { name: 'own', version: 1, structures: {} }],
    ['structures.other', { name: 'own', version: 1, structures: { other: {} } }],
    ['structures.wall.elements', packOf()],
    ['structures.wall.elements', packOf(element, { ...element, name: 'HOOK' })],
    ['structures.wall.minimum', { ...packOf(element), structures: { wall: { minimum: 2, elements: [element] } } }],
    ['structures.wall.minimum', { ...packOf(element), structures: { wall: { minimum: 0.5, elements: [element] } } }],
    ['structures.wall.elements[0].name', packOf({ ...element, name: 7 })],
    ['structures.wall.elements[0].scope', packOf({ ...element, scope: 'title' })],
    ['structures.wall.elements[0].advice', packOf({ ...element, advice: '' })],
    ['structures.wall.elements[0].weight', packOf({ ...element, weight: 1 })],
    ['structures.wall.elements[0].minLength', packOf({ ...element, minLength: -1 })],
    ['structures.wall.elements[0].minLength', packOf({ ...element, minLength: 9, maxLength: 8 })],
    ['structures.wall.elements[0].cues', packOf({ ...element, cues: 'look' })],
    ['structures.wall.elements[0].cues[1]', packOf({ ...element, cues: ['look', '{price}'] })],
    ['structures.wall.elements[0].cues[0]', packOf({ ...element, cues: ['x'.repeat(101)] })],
    ['structures.wall.elements[0]', packOf({ ...element, cues: [] })],
    ['structures.wall.elements[0]', packOf({ ...element, cues: ['look', '𝐋ook'] })],
    ['structures.wall.elements[0].patterns[0].pattern', packOf({ ...element, patterns: [{ id: 'p' }] })],
    [
      'structures.wall.elements[0].patterns[0].flags',
      packOf({ ...element, patterns: [{ id: 'p', pattern: 'x', flags: 'i' }] }),
    ],
    ['structures.wall.elements[0]', packOf({ ...element, patterns: [{ id: 'look', pattern: 'x' }] })],
    ['longWords', { ...packOf(element), longWords: [] }],
    ['longWords.vid[0]', { ...packOf(element), longWords: { vid: ['two words'] } }],
    ['claims.worth', { ...packOf(element), claims: { ...claims, worth: undefined } }],
    ['claims.price[0]', { ...packOf(element), claims: { ...claims, price: ['cheap'] } }],
  ])('refuses what is wrong at %j', (path, pack) => {
    expect(refusal(pack)).toMatchObject({ code: 'invalid_pack', path });
  });

  it('refuses or accepts anything, but never breaks', () => {
    const near = fc.constantFrom<unknown>(CLASSIC_PACK, element, patterned, claims, packOf(element));
    const keys = fc.constantFrom(
      'name',
      'version',
      'structures',
      'longWords',
      'claims',
      'wall',
      '__proto__',
      'elements',
    );
    const packs = fc.oneof(fc.anything(), fc.dictionary(keys, fc.oneof(fc.anything(), near)));
    const property = fc.property(packs, (pack) => {
      try {
        parsePack(pack);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidPackError);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

describe('compilePack', () => {
  const hashOf = (pack: unknown) => compilePack(parsePack(pack), undefined, sha256).identity.hash;

  it('hashes the content, whatever the order of keys', () => {
    const reversed = JSON.parse(JSON.stringify(CLASSIC_PACK), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as unknown;
    expect(JSON.stringify(reversed)).not.toBe(JSON.stringify(CLASSIC_PACK));
    expect(hashOf(reversed)).toBe(hashOf(CLASSIC_PACK));
    expect(hashOf({ ...CLASSIC_PACK, claims: undefined })).toBe(hashOf(CLASSIC_PACK));
  });

  it('hashes every part of the content', () => {
    const packs = [
      CLASSIC_PACK,
      { ...CLASSIC_PACK, version: 2 },
      { ...CLASSIC_PACK, name: 'other' },
      { ...CLASSIC_PACK, longWords: {} },
      { ...CLASSIC_PACK, claims },
      packOf(element),
      packOf({ ...element, advice: 'other' }),
      packOf({ ...element, maxLength: 7 }),
      packOf({ ...element, cues: ['look', 'see'] }),
      packOf({ ...element, cues: ['see', 'look'] }),
    ];
    expect(new Set(packs.map(hashOf)).size).toBe(packs.length);
  });

  it('takes as many cues as a pack may have', () => {
    const cues = Array.from(
      { length: 1_000 },
      (_, nth) =>
        `${'abcdefghij'[nth % 10]}${'klmnopqrst'[Math.floor(nth / 10) % 10]}x${'y'.repeat(Math.floor(nth / 100))} one`,
    );
    const elements = Array.from({ length: 20 }, (_, nth) => ({
      ...element,
      name: `e${nth}`,
      cues: cues.map((cue) => `${cue}${'z'.repeat(nth)}`),
    }));
    expect(hashOf(packOf(...elements))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('needs an engine for patterns only', () => {
    expect(
      [packOf(element), packOf(patterned), packOf({ ...element, patterns: [] })].map((pack) =>
        hasPatterns(parsePack(pack)),
      ),
    ).toEqual([false, true, false]);
    expect(() => hashOf(packOf(patterned))).toThrow('there is no pattern engine');
  });

  it('says which pattern the engine does not accept', () => {
    const cause = new Error('missing bracket');
    const compile = () => {
      throw cause;
    };
    const act = () => compilePack(parsePack(packOf(element, { ...patterned, name: 'second' })), { compile }, sha256);
    expect(act).toThrow(
      expect.objectContaining({ path: 'structures.wall.elements[1].patterns[0].pattern', cause }) as Error,
    );
    expect(act).toThrow('missing bracket');
  });
});
