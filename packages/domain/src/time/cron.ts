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

/** Of each month, counted from 1, the longest it gets. */
const LONGEST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Whether a text is a cron expression of minute, hour, day of the month, month and day of the week (0 and 7 are Sunday). Each
 * is `*`, a number, a range `a-b`, a step of either such as `*` + `/15`, or several with commas that have no number in common. One of
 * its days is a day of one of its months.
 */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return false;
  const numbers = FIELDS.map((field, index) => numbersOf(parts[index] ?? '', field));
  const [, , days = [], months = []] = numbers;
  return !numbers.includes(undefined) && hasDay(days, months);
}

const hasDay = (days: readonly number[], months: readonly number[]): boolean =>
  months.some((month) => days.some((day) => day <= (LONGEST_DAYS[month - 1] ?? 0)));

/** `undefined` for what is none, and where two parts name the same number. */
function numbersOf(text: string, field: Field): readonly number[] | undefined {
  const numbers: number[] = [];
  for (const part of text.split(',')) {
    const named = numbersOfPart(part, field);
    if (named === undefined || named.some((number) => numbers.includes(number))) return undefined;
    numbers.push(...named);
  }
  return numbers;
}

function numbersOfPart(text: string, field: Field): readonly number[] | undefined {
  const [range = '', step, ...rest] = text.split('/');
  if (rest.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) >= 1))) return undefined;
  const { from, to } = field;
  const ends = range === '*' ? [from, to] : range.split('-').map((end) => numberOf(end, field));
  const [first, last] = ends;
  // A step needs a range to step through.
  if (ends.length === 1) return first === undefined || step !== undefined ? undefined : [once(first, field)];
  if (ends.length !== 2 || first === undefined || last === undefined || first > last) return undefined;
  const numbers = new Set<number>();
  for (let number = first; number <= last; number += Number(step ?? 1)) numbers.add(once(number, field));
  return [...numbers];
}

/** The one number of what has two: 7 is Sunday, like 0. */
const once = (number: number, { from, to }: Field): number => (from === 0 && to === 7 ? number % 7 : number);

function numberOf(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return from + named;
  const number = Number(text);
  return /^\d{1,2}$/.test(text) && number >= from && number <= to ? number : undefined;
}
