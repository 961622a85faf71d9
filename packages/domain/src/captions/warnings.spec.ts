import { CLASSIC_PACK } from './classic-pack.js';
import type { CaptionFacts } from './caption-score.js';
import { compilePack } from './compile-pack.js';
import { scoreCaption } from './score-caption.js';

const classic = compilePack(CLASSIC_PACK, undefined, (text) => text);

/** The warnings as `code: text`. */
function warned(text: string, facts: CaptionFacts): string[] {
  const { warnings, ...score } = scoreCaption(text, 'winner', facts, classic);
  const { warnings: none, ...unwarned } = scoreCaption(text, 'winner', undefined, classic);
  expect(none).toEqual([]);
  expect(score).toEqual(unwarned);
  for (const warning of warnings) expect(text.slice(warning.start, warning.end)).toBe(warning.text);
  return warnings.map(({ code, text: matched }) => `${code}: ${matched}`);
}

describe('warnings', () => {
  it.each<[string, number, string[]]>([
    ['$150 worth for only $25', 25, []],
    ['$150 worth for only $25', 30, ['$25']],
    ['$500.00 value for $19.99', 19.99, []],
    ['$500.00 value for $19.99', 19.98, ['$19.99']],
    ['normally $30 today $12', 12, []],
    ['normally $30 today $12', 30, ['$12']],
    ['$1,200 for $1,000', 1000, []],
    ['$50 for $10', 50, ['$10']],
    ['here it is, $12', 12, []],
    ['here it is, $12', 15, ['$12']],
    ['here it is, $12 or $15', 15, []],
    ['only $12, just $15', 15, ['$12']],
    ['just $12 ($5 off, worth $40)', 12, []],
    ['save $5, tip $3, $2 off', 12, []],
    ['worth $40', 12, []],
    ['no amounts, 12 vids', 12, []],
    ['for $0', 0, []],
    ['for $5', 0, ['$5']],
    ['for ＄𝟓', 4, ['＄𝟓']],
  ])('price_mismatch: %j at $%d', (text, priceUsd, expected) => {
    const mismatches = warned(text, { priceUsd }).filter((warning) => warning.startsWith('price_mismatch'));
    expect(mismatches).toEqual(expected.map((amount) => `price_mismatch: ${amount}`));
  });

  it.each<[string, number, string[]]>([
    ['worth $100', 100, []],
    ['worth $100', 99.99, ['$100']],
    ['$1,200.50 value for $19', 1200.5, []],
    ['$1,200.50 value for $19', 1200.49, ['$1,200.50']],
    ['$60 for $50', 55, ['$60']],
    ['usually $60, normally $70', 65, ['$70']],
    ['only $60', 10, []],
  ])('value_unbacked: %j over $%d', (text, catalogueValueUsd, expected) => {
    expect(warned(text, { catalogueValueUsd })).toEqual(expected.map((amount) => `value_unbacked: ${amount}`));
  });

  it.each<[string, number, string[]]>([
    ['Congrats, you won!', 10, ['you won']],
    ["You've won, you’ve won, youve won", 10, ["You've won", 'you’ve won', 'youve won']],
    ['Lucky winner: claim your prize', 10, ['winner', 'your prize']],
    ['Congrats, you won!', 0, []],
    ["you won't believe it, lucky you", 10, []],
  ])('prize_claim: %j at $%d', (text, priceUsd, expected) => {
    expect(warned(text, { priceUsd })).toEqual(expected.map((claim) => `prize_claim: ${claim}`));
  });

  it('come in order of their place, each with what to do', () => {
    const facts = { priceUsd: 10, catalogueValueUsd: 20 };
    expect(warned('$30 worth for $12, you won', facts)).toEqual([
      'value_unbacked: $30',
      'price_mismatch: $12',
      'prize_claim: you won',
    ]);
    const { warnings } = scoreCaption('yours for $12', 'bundle', facts, classic);
    expect(warnings).toMatchObject([{ message: 'the caption says $12.00, the item costs $10.00: let them agree' }]);
  });
});
