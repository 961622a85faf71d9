import type { WeekPlan, WeekPlanItem } from '@eros/app';
import { cutToWidth, displayWidth, padToWidth, wrapToWidth } from './display-width.js';
import { formatCount, formatPrice, formatUsd, plural } from './format.js';
import type { Terminal } from './terminal.js';

/** From this width on a week is a grid of seven columns, below it seven rows. */
const GRID_COLUMNS = 100;
const DATE_WIDTH = 12;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LEGEND = [
  'winner, bundle, wall: a PPV with its content type and price.  ↳ its follow-up.',
  'engage, retain: free.  ✓ sent  ✗ failed  ? unknown  – called off',
];

type Paper = Pick<Terminal, 'columns' | 'colours'>;

/** A week as a calendar: local times, every item in its day. */
export function formatWeek(plan: WeekPlan, paper: Paper): string {
  const days = daysOf(plan);
  const week = paper.columns >= GRID_COLUMNS ? gridOf(days, paper) : rowsOf(days, paper);
  const notes = plan.notes.flatMap((note) => wrapToWidth(`note: ${note}`, paper.columns));
  return [...headlines(plan, paper), '', ...week, '', ...LEGEND.map(paper.colours.dim), ...notes].join('\n');
}

function headlines(plan: WeekPlan, { columns, colours }: Paper): string[] {
  const { counts, prediction } = plan;
  const title = `${plan.creatorId}, week of ${plan.weekStart}, ${plan.timeZone} time, ${plan.status}`;
  const sends = `${formatCount(counts.revenue)} PPV, ${formatCount(counts.engagement)} engagement, ${formatCount(counts.retention)} retention, ${plural(counts.followups, 'follow-up')}`;
  return [
    ...wrapToWidth(title, columns).map(colours.bold),
    ...wrapToWidth(prediction ? `${sends}; ${expected(prediction)}` : sends, columns),
  ];
}

function expected({ revenueUsd, lowUsd, highUsd }: NonNullable<WeekPlan['prediction']>): string {
  const range = lowUsd === undefined ? '' : ` (80 %: ${formatUsd(lowUsd)} to ${formatUsd(highUsd)})`;
  return `expected ${formatUsd(revenueUsd)}${range}`;
}

interface Day {
  readonly name: string;
  readonly items: readonly WeekPlanItem[];
}

function daysOf({ weekStart, items }: WeekPlan): Day[] {
  return DAYS.map((weekday, i) => {
    const at = new Date(Date.parse(`${weekStart}T00:00:00Z`) + i * 86_400_000);
    const date = at.toISOString().slice(0, 10);
    return {
      name: `${weekday} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`,
      items: items.filter((item) => item.date === date),
    };
  });
}

function gridOf(days: readonly Day[], { columns, colours }: Paper): string[] {
  const width = Math.floor((columns - (days.length - 1)) / days.length);
  const cells = days.map(({ items }) => items.flatMap((item) => cellLines(item, width).map(paint(item, colours))));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text) => padToWidth(text, width))
      .join('│')
      .trimEnd();
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return [
    line(days.map(({ name }) => colours.bold(name))),
    days.map(() => '─'.repeat(width)).join('┼'),
    ...Array.from({ length: height }, (_, row) => line(cells.map((cell) => cell[row] ?? ''))),
  ];
}

/** `09:17 winner` and below it what is sold and for how much; one line for what is free. */
function cellLines(item: WeekPlanItem, width: number): string[] {
  const first = cutToWidth(
    `${item.itemType === 'ppv_followup' ? '↳ ' : ''}${item.time} ${labelOf(item)}`.trimEnd(),
    width,
  );
  if (item.itemType !== 'ppv') return [first];
  const price = priceOf(item);
  const sold = `  ${item.contentType ?? ''} ${price}`.trimEnd();
  if (displayWidth(sold) <= width) return [first, sold];
  return [first, cutToWidth(`  ${item.contentType ?? ''}`, width), `  ${price}`];
}

function rowsOf(days: readonly Day[], { columns, colours }: Paper): string[] {
  const room = columns - DATE_WIDTH;
  return days.flatMap(({ name, items }) => {
    const lines = joined(
      items.map((item) => ({ text: phraseOf(item), painted: paint(item, colours)(phraseOf(item)) })),
      room,
    );
    return lines.map((line, i) => (padToWidth(i === 0 ? colours.bold(name) : '', DATE_WIDTH) + line).trimEnd());
  });
}

/** The phrases in lines of at most `room` columns, none of them broken. */
function joined(phrases: readonly { text: string; painted: string }[], room: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { text, painted } of phrases) {
    if (used > 0 && used + 3 + text.length > room) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += used > 0 ? ` · ${painted}` : painted;
    used += (used > 0 ? 3 : 0) + text.length;
  }
  return [...lines, line];
}

const phraseOf = (item: WeekPlanItem): string => {
  if (item.itemType === 'ppv_followup') return `↳ ${item.time} ${labelOf(item)}`.trimEnd();
  const sold = item.itemType === 'ppv' ? ` ${item.contentType ?? ''} ${priceOf(item)}` : '';
  return `${item.time} ${labelOf(item)}${sold}`;
};

/** With what became of it: `winner ✓`. */
function labelOf(item: WeekPlanItem): string {
  const kind = kindOf(item);
  const mark = item.isCancelled ? '–' : item.send ? SEND_MARKS[item.send.status] : '';
  return [kind, mark].filter(Boolean).join(' ');
}

const SEND_MARKS = { sent: '✓', failed: '✗', unknown: '?' };

function kindOf({ itemType, structure }: WeekPlanItem): string {
  switch (itemType) {
    case 'ppv':
      return structure ?? 'PPV';
    case 'engagement':
      return 'engage';
    case 'retention':
      return 'retain';
    case 'ppv_followup':
      return '';
  }
}

const priceOf = ({ priceUsd }: WeekPlanItem): string => (priceUsd === undefined ? '' : formatPrice(priceUsd));

const paint =
  ({ itemType, isCancelled }: WeekPlanItem, colours: Terminal['colours']) =>
  (text: string): string => {
    if (isCancelled) return colours.dim(text);
    if (itemType === 'ppv') return colours.green(text);
    return itemType === 'ppv_followup' ? colours.cyan(text) : text;
  };
