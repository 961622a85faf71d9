import type { CaptionFacts, CaptionWarning } from './caption-score.js';
import type { CaptionReading, Hit } from './caption-reading.js';
import type { Token } from './tokens.js';

/**
 * What the caption says that the facts do not bear out. Without a fact, its warnings are silent.
 *
 * An amount in a worth cue is a stated worth. Of the others, one in a price cue ("for $12", "today $12") is a stated price,
 * and each that is not the item's price is warned of. A caption without price cues states its price by its bare amounts
 * ("here it is, $12"): it is warned of if none of them is the item's price. Amounts compare in cents.
 */
export function warningsOf(reading: CaptionReading, { priceUsd, catalogueValueUsd }: CaptionFacts): CaptionWarning[] {
  const warnings: CaptionWarning[] = [];
  const warn = (code: CaptionWarning['code'], place: { start: number; end: number }, message: string): void => {
    warnings.push({ code, ...reading.span(place.start, place.end), message });
  };

  const worths = amountsOf(reading.hits, 'worth');
  if (priceUsd !== undefined) {
    for (const amount of mismatches(reading, worths, toCents(priceUsd))) {
      warn(
        'price_mismatch',
        amount,
        `the caption says ${inUsd(amount)}, the item costs ${dollars(priceUsd)}: let them agree`,
      );
    }
  }
  if (catalogueValueUsd !== undefined) {
    for (const amount of worths) {
      if ((amount.cents ?? 0) <= toCents(catalogueValueUsd)) continue;
      const value = dollars(catalogueValueUsd);
      warn(
        'value_unbacked',
        amount,
        `the caption says it is worth ${inUsd(amount)}, the catalogue ${value}: say no more than that`,
      );
    }
  }
  if (priceUsd !== undefined && priceUsd > 0) {
    for (const hit of reading.hits.filter(({ owner }) => owner.type === 'prize')) {
      warn(
        'prize_claim',
        hit,
        `the caption says that the reader won, but the item costs ${dollars(priceUsd)}: say what it is`,
      );
    }
  }
  return warnings.sort((a, b) => a.start - b.start);
}

function mismatches(reading: CaptionReading, worths: ReadonlySet<Token>, priceCents: number): Token[] {
  const stated = [...amountsOf(reading.hits, 'price')].filter((amount) => !worths.has(amount));
  if (stated.length > 0) return stated.filter(({ cents }) => cents !== priceCents);
  const others = amountsOf(reading.hits, 'otherAmounts');
  const bare = reading.tokens.filter((token) => token.cents !== undefined && !worths.has(token) && !others.has(token));
  return bare.some(({ cents }) => cents === priceCents) ? [] : bare;
}

/** The amounts meant by the claims of a kind: the first of a worth or another amount, the last of a price. */
function amountsOf(hits: readonly Hit[], kind: 'worth' | 'price' | 'otherAmounts'): Set<Token> {
  const found = new Set<Token>();
  for (const { owner, tokens } of hits) {
    if (owner.type !== kind) continue;
    const amounts = tokens.filter(({ cents }) => cents !== undefined);
    const amount = kind === 'price' ? amounts.at(-1) : amounts[0];
    if (amount) found.add(amount);
  }
  return found;
}

const toCents = (usd: number): number => Math.round(usd * 100);
const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
const inUsd = ({ cents }: Token): string => dollars((cents ?? 0) / 100);
