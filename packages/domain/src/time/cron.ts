/** A field of a cron expression: its numbers, and the names that stand for some of them. */
interface Field {
  readonly from: number;
  readonly to: number;
  /** Of the numbers from `from` on. */
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  {
    ...{ from: 1, to: 12 },
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { from: 0, to: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

/**
 * Whether a text is a cron expression of minute, hour, day of the month, month and day of the week (0 and 7 are Sunday). Each
 * is `*`, a number, a range `a-b`, a step of either such as `*` + `/15`, or several with commas.
 */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  return parts.length === FIELDS.length && FIELDS.every((field, index) => isField(parts[index] ?? '', field));
}

const isField = (text: string, field: Field): boolean => text.split(',').every((part) => isPart(part, field));

function isPart(text: string, field: Field): boolean {
  const [range = '', step, ...rest] = text.split('/');
  if (rest.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) >= 1))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [first, last] = ends;
  // A step needs a range to step through.
  if (ends.length === 1) return first !== undefined && step === undefined;
  return ends.length === 2 && first !== undefined && last !== undefined && first <= last;
}

function numberOf(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return from + named;
  const number = Number(text);
  return /^\d{1,2}$/.test(text) && number >= from && number <= to ? number : undefined;
}
