import { InvalidSettingsError, isCron, isTimeZone } from '@eros/domain';
import type { ErosOptions, WorkersOption } from './options.js';

const KNOWN: readonly (keyof WorkersOption)[] = ['dispatch', 'timetable'];
const TIMES: readonly (keyof NonNullable<WorkersOption['timetable']>)[] = ['planFleet', 'measure', 'timeZone'];

/** @throws {InvalidSettingsError} for what cannot be, and for what the database cannot do. */
export function assertWorkers({ workers = {}, database }: Pick<ErosOptions, 'workers' | 'database'>): void {
  for (const name of Object.keys(workers)) {
    if (!(KNOWN as readonly string[]).includes(name)) refuseName(name, KNOWN);
  }
  const { dispatch = 'sweep', timetable } = workers;
  if (dispatch !== 'sweep' && dispatch !== 'pg-boss') refuse('dispatch', dispatch, 'sweep or pg-boss');
  if (dispatch === 'pg-boss' && (database === undefined || database.type === 'sqlite')) {
    refuse('dispatch', dispatch, 'sweep, unless the database is PostgreSQL');
  }
  if (timetable === undefined) return;
  if (dispatch !== 'pg-boss') refuse('timetable', timetable, 'dispatch pg-boss beside it: nothing else keeps the time');
  for (const name of Object.keys(timetable)) {
    if (!(TIMES as readonly string[]).includes(name)) refuseName(`timetable.${name}`, TIMES);
  }
  const { timeZone = 'UTC', planFleet, measure } = timetable;
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    refuse('timetable.timeZone', timeZone, 'an IANA time zone');
  for (const [name, cron] of Object.entries({ planFleet, measure })) {
    if (cron === undefined || (typeof cron === 'string' && isCron(cron))) continue;
    refuse(`timetable.${name}`, cron, 'a cron expression of five fields, such as "0 6 * * 5"');
  }
}

const refuseName = (name: string, known: readonly string[]): never =>
  refuse(name, 'unknown', `one of ${known.join(', ')}`);

function refuse(setting: string, given: unknown, expected: string): never {
  throw new InvalidSettingsError(`workers.${setting}`, JSON.stringify(given) ?? String(given), expected);
}
