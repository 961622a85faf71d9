import { formatInstant } from '@eros/domain';
import type { SqlClock, SqlFragment } from './sql-database.js';

/** A number or an instant that moves with the time of the event. */
export interface Moment {
  readonly ms: number;
  readonly as: 'number' | 'instant';
}

/** What is written, by column. */
export type Columns = Readonly<Record<string, string | number | null | Moment>>;

export const isMoment = (value: Columns[string] | undefined): value is Moment =>
  typeof value === 'object' && value !== null;

export const instant = (ms: number): Moment => ({ ms, as: 'instant' });

/** Columns as a statement writes them: the expression `values[i]` goes into `names[i]`; `params` are for all expressions. */
export interface Written {
  readonly names: string[];
  readonly values: string[];
  readonly params: unknown[];
}

export function written(columns: Columns, momentOf: (moment: Moment) => SqlFragment): Written {
  const [names, values, params]: [string[], string[], unknown[]] = [[], [], []];
  for (const [name, value] of Object.entries(columns)) {
    const isMoment = typeof value === 'object' && value !== null;
    const fragment = isMoment ? momentOf(value) : { sql: '?', params: [value] };
    names.push(name);
    values.push(fragment.sql);
    params.push(...fragment.params);
  }
  return { names, values, params };
}

/** The `params` of `written` alone, for a statement whose text is known. */
export function paramsOf(columns: Columns, momentOf: (moment: Moment) => SqlFragment): unknown[] {
  const params: unknown[] = [];
  for (const value of Object.values(columns)) {
    if (typeof value === 'object' && value !== null) params.push(...momentOf(value).params);
    else params.push(value);
  }
  return params;
}

/** The same for all columns that `written` makes the same `names` and `values` of, and holds null in the same ones. */
export function shapeOf(columns: Columns): string {
  let shape = '';
  for (const name in columns) {
    const value = columns[name];
    shape += isMoment(value) ? ` ${name}+${value.as}` : value === null ? ` ${name}-` : ` ${name}`;
  }
  return shape;
}

/** Moments as they stand. */
export const stored = ({ ms, as }: Moment): SqlFragment => ({
  sql: '?',
  params: [as === 'instant' ? formatInstant(ms) : ms],
});

/** Moments as their distance from the time at which the statement runs. */
export const fromNow =
  (clock: SqlClock) =>
  ({ ms, as }: Moment): SqlFragment =>
    as === 'instant' ? clock.instant(ms) : clock.ms(ms);
