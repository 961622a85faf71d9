import { InvalidSettingsError, isCron, isTimeZone } from '@eros/domain';
import { assertNames, shown } from './option-checks.js';
import type { ErosOptions, WorkersOption } from './options.js';

const KNOWN: readonly (keyof WorkersOption)[] = ['dispatch', 'timetable'];
const TIMES: readonly (keyof NonNullable<WorkersOption['timetable']>)[] = ['planFleet', 'measure', 'timeZone'];

/** @throws {InvalidSettingsError} for what cannot be, and for what the database cannot do. */
export function assertWorkers({ workers = {}, database }: Pick<ErosOptions, 'workers' | 'database'>): void {
  assertNames('workers', workers, KNOWN);
  const { dispatch = 'sweep', timetable } = workers;
  if (dispatch !== 'sweep' && dispatch !== 'pg-boss') refuse('dispatch', dispatch, 'sweep or pg-boss');
  if (dispatch === 'pg-boss' && (database === undefined || database.type === 'sqlite')) {
    refuse('dispatch', dispatch, 'sweep, unless the database is PostgreSQL');
  }
  if (timetable === undefined) return;
  if (dispatch !== 'pg-boss') refuse('timetable', timetable, 'dispatch pg-boss beside it: nothing else keeps the time');
  assertNames('workers.timetable', timetable, TIMES);
  const { timeZone = 'UTC', planFleet, measure } = timetable;
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    refuse('timetable.timeZone', timeZone, 'an IANA time zone');
  for (const [name, cron] of Object.entries({ planFleet, measure })) {
    if (cron === undefined || (typeof cron === 'string' && isCron(cron))) continue;
    refuse(`timetable.${name}`, cron, 'a cron expression of five fields, each number once, such as "0 6 * * 5"');
  }
}

function refuse(setting: string, given: unknown, expected: string): never {
  throw new InvalidSettingsError(`workers.${setting}`, shown(given), expected);
}
