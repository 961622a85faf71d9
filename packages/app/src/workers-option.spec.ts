import { assertWorkers } from './workers-option.js';

const postgres = { type: 'postgres', url: 'postgres://localhost/eros' } as const;

it.each([
  ['an option that there is not', { threads: 2 }, /workers\.threads/],
  ['another dispatch', { dispatch: 'redis' }, /workers\.dispatch "redis": give sweep or pg-boss|sweep or pg-boss/],
  ['a timetable that nobody keeps', { timetable: { measure: '0 5 * * *' } }, /dispatch pg-boss/],
  ['a zone that there is not', { dispatch: 'pg-boss', timetable: { timeZone: 'Mars/Olympus' } }, /IANA/],
  ['work of the timetable that there is not', { dispatch: 'pg-boss', timetable: { mesure: '0 5 * * *' } }, /mesure/],
  ['an hour that there is not', { dispatch: 'pg-boss', timetable: { measure: '0 25 * * *' } }, /five fields/],
  ['a cron expression of seconds', { dispatch: 'pg-boss', timetable: { measure: '0 0 5 * * *' } }, /five fields/],
])('refuses %s', (_, workers, message) => {
  expect(() => assertWorkers({ database: postgres, workers: workers as never })).toThrow(message);
});

it('refuses pg-boss on SQLite, also by default', () => {
  const workers = { dispatch: 'pg-boss' } as const;
  expect(() => assertWorkers({ workers })).toThrow(/unless the database is PostgreSQL/);
  expect(() => assertWorkers({ workers, database: { type: 'sqlite', path: 'x.db' } })).toThrow(/PostgreSQL/);
  expect(() => assertWorkers({ workers, database: postgres })).not.toThrow();
});

it('takes everything that it offers', () => {
  const timetable = { planFleet: '0 6 * * 5', measure: ' 0 5  * * * ', timeZone: 'Europe/Berlin' };
  const workers = { dispatch: 'pg-boss', timetable } as const;
  expect(() => assertWorkers({ workers, database: postgres })).not.toThrow();
  expect(() => assertWorkers({})).not.toThrow();
});
