import fc from 'fast-check';
import { assertNoSessionSetting } from './session-settings.js';

describe('a statement of a transaction', () => {
  it.each([
    ...['SET search_path = shop', 'set statement_timeout to 0', "SET TIME ZONE 'UTC'", 'SET ROLE clerk'],
    ...[
      'SET SESSION search_path = shop',
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
      'SET "search_path" = x',
    ],
    ...['SET SESSION AUTHORIZATION clerk', 'SET -- LOCAL\n search_path = shop', 'SET localized.name = 1', 'SET\tx=1'],
    ...[
      'RESET ALL',
      'reset search_path',
      'DISCARD TEMP',
      'LISTEN news',
      'UNLISTEN *',
      ' ;\n-- so\n/* be it */ SET x = 1',
    ],
    "SELECT set_config('search_path', 'shop', false)",
    ...["SELECT set_config('search_path', 'sh' || 'op', false)", 'SELECT set_config(name, value, false) FROM settings'],
    ...["SELECT set_config('a.b', concat('x', true), $1)", "SELECT set_config('a.b', '', NOT true)"],
    ...["SELECT set_config('a.b', f('', true))", "SELECT set_config('a.b', 'true)', 1 = 1 OR true)"],
    ...["SELECT set_config('a', '', true), set_config('b', '', (false))", "SELECT set_config('a', '', 'f')"],
    ...["SELECT \"set_config\"('a', '', false)", "SELECT set_config /* ( */ (\n'a', '', -- , true)\n false)"],
    ...["UPDATE notes SET text = set_config('a', '', false)", "UPDATE pg_catalog . pg_settings SET setting = 'x'"],
    ...["SELECT pg_catalog.SET_CONFIG('TimeZone', $1, FALSE)", "WITH a AS (SELECT set_config('a.b','',false)) TABLE a"],
  ])('sets nothing that outlives it, and is told of SET LOCAL: %s', (sql) => {
    expect(() => assertNoSessionSetting(sql)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining('SET LOCAL') }),
    );
  });

  it.each([
    ...[
      'PRAGMA query_only = ON',
      'pragma main.recursive_triggers=1',
      'PRAGMA busy_timeout(5)',
      'PRAGMA "query_only" = 1',
    ],
    ...['-- so\nPRAGMA /* be it */ case_sensitive_like = on', 'PRAGMA temp . synchronous = OFF'],
  ])('sets nothing on the connection of a file: %s', (sql) => {
    expect(() => assertNoSessionSetting(sql)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining('PRAGMA') }),
    );
  });

  it.each([
    ...['SET LOCAL search_path = shop', 'set local statement_timeout to 0', 'SET /* here */ LOCAL x = 1'],
    ...['SET LOCAL ROLE clerk', 'SET TRANSACTION READ ONLY', 'SET CONSTRAINTS ALL DEFERRED', 'SHOW search_path'],
    ...['UPDATE notes SET text = 1', "INSERT INTO notes VALUES ('SET x = 1')", '-- SET x = 1', 'SELECT 1 AS reset', ''],
    ...[
      "SELECT set_config('search_path', 'shop', true)",
      "SELECT set_config('search_path', concat(current_schema(), ', shop'), TRUE )",
      "SELECT set_config('a', '(', true), set_config('b', $1, true /* only here */)",
      'SELECT "set_config(a, b, false)", my_set_config(1) FROM notes',
      "SELECT 'set_config(''a'', ''b'', false)'",
      'SETTLE',
      'NOTIFY news',
    ],
    ...['PRAGMA query_only', 'PRAGMA table_info(notes)', 'PRAGMA user_version = 3', 'PRAGMA application_id = 7'],
    ...['PRAGMA foreign_key_check(notes)', 'PRAGMA defer_foreign_keys = ON', "SELECT 'PRAGMA query_only = 1'"],
  ])('may be any other: %s', (sql) => {
    expect(() => assertNoSessionSetting(sql)).not.toThrow();
  });

  it('is known whatever stands between its words', () => {
    const gap = fc.array(fc.constantFrom(' ', '\n', '\t', '-- LOCAL\n', '/* LOCAL */', '/* ; */'), { minLength: 1 });
    const spaced = gap.map((parts) => ` ${parts.join('')}`);
    fc.assert(
      fc.property(spaced, spaced, fc.constantFrom('SET', 'set', 'Set'), (before, between, set) => {
        expect(() => assertNoSessionSetting(`${before}${set}${between}x = 1`)).toThrow('SET LOCAL');
        expect(() => assertNoSessionSetting(`${before}${set}${between}LOCAL x = 1`)).not.toThrow();
      }),
    );
  });
});
