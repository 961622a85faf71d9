const wholeNumbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });

/** What stands where nothing can be said. */
export const NOTHING = '-';

type Maybe = number | null | undefined;
const or =
  (write: (value: number) => string) =>
  (value: Maybe): string =>
    value === null || value === undefined ? NOTHING : write(value);

/** `29,488` */
export const formatCount = or((value) => wholeNumbers.format(value));
/** `$12.99` */
export const formatPrice = or((usd) => cents.format(usd));
/** `$1,235`: sums, where cents say nothing. */
export const formatUsd = or((usd) => dollars.format(usd).replace(/^-\$0$/, '$0'));
/** `12.3 %` of a percentage 0..100. */
export const formatPct = or((pct) => `${pct.toFixed(1)} %`);
/** `0.42` */
export const formatDecimal = or((value) => value.toFixed(2));
/** `+0.42`, `-0.10`, `0.00` */
export const formatSigned = or((value) => (value > 0 ? '+' : '') + value.toFixed(2).replace(/^-0\.00$/, '0.00'));
/** `+1`, `-1`, `0` */
export const formatStep = or((value) => (value > 0 ? '+' : '') + String(value));

/** `2026-11-22 12:00 UTC` */
export const formatInstant = (at: Date | number | undefined): string =>
  at === undefined ? NOTHING : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `4.2 s`, `2 min 5 s` */
export function formatDuration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** `1 week`, `2 weeks` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
