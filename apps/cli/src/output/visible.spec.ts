import fc from 'fast-check';
import pc from 'picocolors';
import { harmless, visible } from './visible.js';

const ATTACK = '\u001b[2J\u001b]0;owned\u0007\u001b[8mhidden\r\nfake row\u009b31m\u202e';

describe('what is shown of texts of others', () => {
  it('has its control characters written out, on one line', () => {
    expect(visible(ATTACK)).toBe(String.raw`\u001b[2J\u001b]0;owned\u0007\u001b[8mhidden\r\nfake row\u009b31m\u202e`);
  });

  it('keeps lines, tabs and the colours of this program, and nothing else that a terminal obeys', () => {
    const { red, bold, gray, dim } = pc.createColors(true);
    const own = [red('a'), bold('b'), gray('c'), dim('d')].join('\n\t');
    expect(harmless(own)).toBe(own);
    expect(harmless(ATTACK)).toBe(
      String.raw`\u001b[2J\u001b]0;owned\u0007\u001b[8mhidden\r` + '\n' + String.raw`fake row\u009b31m\u202e`,
    );
  });

  it('stays the same JSON, and the same text for whatever is no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(harmless(JSON.stringify({ text })))).toEqual({ text });
        expect(visible(text)).not.toMatch(/\p{Cc}/u);
        if (/^[\p{L}\p{N}\p{P} ]*$/u.test(text)) expect(visible(text)).toBe(text);
      }),
    );
  });
});
