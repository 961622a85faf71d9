import { translateSqliteError } from './sqlite-errors.js';

const told = (code: string): unknown => translateSqliteError(Object.assign(new Error(code), { code }), 'eros.db');

it.each([
  ['SQLITE_IOERR_WRITE', 'disk_full'],
  ['SQLITE_IOERR_SHMSIZE', 'disk_full'],
  ['SQLITE_IOERR_CORRUPTFS', 'corrupt'],
  ['SQLITE_IOERR_READ', 'io_error'],
  ['SQLITE_IOERR', 'io_error'], // all that the driver `sqlite3` says, of each of them
])('tells %s as the fault %s of the database', (code, fault) => {
  expect(told(code)).toMatchObject({ code: 'database_unavailable', fault });
});

it('leaves errors of the caller as they are', () => {
  expect(told('SQLITE_CONSTRAINT')).toMatchObject({ code: 'SQLITE_CONSTRAINT' });
});
