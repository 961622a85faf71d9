import { assertOneStatement } from './one-statement.js';

describe('what is sent into a transaction', () => {
  it.each([
    ['INSERT INTO notes VALUES (1); COMMIT', 2],
    ['UPDATE a SET b = 1;\nUPDATE a SET b = 2;\n', 2],
    ["SELECT ';'; SELECT 2; SELECT 3", 3],
    ['SELECT 1 /* ; */; -- so\n SELECT 2', 2],
  ])('may not be several statements: %j', (sql, count) => {
    expect(() => assertOneStatement(sql)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining(`${count} statements`) }),
    );
  });

  it.each([
    ...['', ';', 'SELECT 1', 'SELECT 1;', ' ;; SELECT 1 ;\n', 'SELECT 1; -- and that is all;', 'SELECT 1; /* ; */'],
    ...[`INSERT INTO notes VALUES ('a; b', "c; d")`, "SELECT E'it\\'s; so'", 'SELECT $$a; b$$, $x$ ; $$ ; $x$'],
    'CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET c = 1; UPDATE b SET c = 2; END;',
    'create or replace function f() returns integer begin atomic select 1; select 2; end',
  ])('may be one: %j', (sql) => {
    expect(() => assertOneStatement(sql)).not.toThrow();
  });
});
