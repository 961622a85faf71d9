import pc from 'picocolors';
import { cutToWidth, displayWidth, padToWidth, wrapToWidth } from './display-width.js';

const { red } = pc.createColors(true);

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['solo', 4],
    ['Véra', 4],
    ['Ve\u0301ra', 4],
    ['🔥', 2],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['日本', 4],
    ['↳ 09:17', 7],
    [red('solo'), 4],
  ])('%j takes %d columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  it('leaves what fits, and marks what does not', () => {
    expect(cutToWidth('solo', 4)).toBe('solo');
    expect(cutToWidth('boy_girl', 4)).toBe('boy…');
    expect(cutToWidth('a🔥🔥', 4)).toBe('a🔥…');
    expect(cutToWidth('a b c', 3)).toBe('a…');
  });
});

describe('padToWidth', () => {
  it('fills up on either side, by what is seen', () => {
    expect(padToWidth('🔥', 4)).toBe('🔥  ');
    expect(padToWidth('7', 3, 'right')).toBe('  7');
    expect(padToWidth('long', 2)).toBe('long');
  });
});

describe('wrapToWidth', () => {
  it('breaks between words and keeps line breaks', () => {
    expect(wrapToWidth('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapToWidth('one\r\ntwo', 7)).toEqual(['one', 'two']);
    expect(wrapToWidth('', 7)).toEqual(['']);
  });

  it('breaks a word that no line holds', () => {
    expect(wrapToWidth('a verylongword b', 6)).toEqual(['a', 'verylo', 'ngword', 'b']);
    expect(wrapToWidth('🔥🔥🔥', 5)).toEqual(['🔥🔥', '🔥']);
  });
});
