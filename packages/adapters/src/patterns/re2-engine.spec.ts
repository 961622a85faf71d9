import { createHash } from 'node:crypto';
import type { RulePack } from '@eros/domain';
import { compilePack, InvalidPackError, scoreCaption } from '@eros/domain';
import fc from 'fast-check';
import { loadRe2Engine } from './re2-engine.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const packWith = (pattern: string): RulePack => ({
  name: 'own',
  version: 1,
  structures: {
    winner: {
      minimum: 1,
      elements: [{ name: 'code', scope: 'all', cues: [], patterns: [{ id: 'code', pattern }], advice: 'give a code' }],
    },
  },
});

describe('loadRe2Engine', () => {
  it.each([
    ['b+', 'aBbc', { start: 1, end: 3 }],
    ['\\bfoo\\b', '😀 foo', { start: 3, end: 6 }],
    ['^a', 'ba', undefined],
    ['x', '\ud800x', { start: 1, end: 2 }],
    ['é', 'É', { start: 0, end: 1 }],
    ['a*', 'b', { start: 0, end: 0 }],
  ])('finds the first match of %s', async (pattern, text, match) => {
    const engine = await loadRe2Engine();
    expect(engine.compile(pattern).firstMatch(text)).toEqual(match);
  });

  it.each(['(a', '(?=a)', '(a)\\1', '(a{1000}){1000}', '[z-a]'])('refuses %s', async (pattern) => {
    const engine = await loadRe2Engine();
    expect(() => engine.compile(pattern)).toThrow();
    expect(() => compilePack(packWith(pattern), engine, sha256)).toThrow(InvalidPackError);
  });

  it('agrees with the native engine on patterns that both know', async () => {
    const engine = await loadRe2Engine();
    const patterns = fc.constantFrom(
      'a+b',
      '(ab|a)(c|bcd)',
      '[^a]b?',
      'a.c',
      '\\d{2,3}',
      '\\bab',
      'c$',
      'a|b|ab',
      '(a+)+c',
    );
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '1', '2', ' ', '\n', '😀') });
    const property = fc.property(patterns, texts, (pattern, text) => {
      const native = new RegExp(pattern, 'iu').exec(text);
      const expected = native ? { start: native.index, end: native.index + native[0].length } : undefined;
      expect(engine.compile(pattern).firstMatch(text)).toEqual(expected);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('ends on a pattern and a text that a backtracking engine would not end on', async () => {
    const engine = await loadRe2Engine();
    expect(engine.compile('(a+)+$').firstMatch(`${'a'.repeat(9_999)}!`)).toBeUndefined();
  });

  it('serves a pack: the evidence is the original text, whatever its letters', async () => {
    const pack = compilePack(packWith('code [a-z]{3}\\d'), await loadRe2Engine(), sha256);
    const caption = '🎁 Your 𝐂𝐨𝐝𝐞 a\u200bbC1, enjoy';
    const { elements, isValid } = scoreCaption(caption, 'winner', undefined, pack);
    expect(isValid).toBe(true);
    expect(elements[0]?.evidence).toEqual([{ rule: 'code/code', start: 8, end: 22, text: '𝐂𝐨𝐝𝐞 a\u200bbC1' }]);
    expect(caption.slice(8, 22)).toBe('𝐂𝐨𝐝𝐞 a\u200bbC1');
  });
});
