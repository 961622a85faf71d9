import { assertNoControl } from './transaction-control.js';

describe('a statement of a transaction', () => {
  it.each([
    ...[
      'COMMIT',
      'commit;',
      'END',
      'ROLLBACK',
      'rollback work',
      'ROLLBACK AND CHAIN',
      'ABORT',
      'BEGIN',
      'BEGIN IMMEDIATE',
    ],
    ...['START TRANSACTION', "PREPARE TRANSACTION 'a'", ' \n-- so\n/* be it */ COMMIT', ';ROLLBACK'],
  ])('may not end it or begin another: %s', (sql) => {
    expect(() => assertNoControl(sql)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining('when its work returns') }),
    );
  });

  it.each([
    ...['SAVEPOINT a', 'ROLLBACK TO a', 'ROLLBACK TO SAVEPOINT a', 'rollback transaction to a', 'RELEASE a'],
    ...["INSERT INTO notes VALUES ('COMMIT')", 'SELECT 1 AS end', 'UPDATE commits SET n = 1', '-- COMMIT', ''],
  ])('may be any other: %s', (sql) => {
    expect(() => assertNoControl(sql)).not.toThrow();
  });
});
