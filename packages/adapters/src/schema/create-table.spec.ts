import { normalisedCondition, readCreateTable } from './create-table.js';

const SQL = `CREATE TABLE "orders" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with a comma and CHECK (1)
  kind TEXT DEFAULT 'a, (b' CHECK (kind IN ('a, (b', 'it''s') AND length(kind) > 0),
  "odd, name" REAL CHECK("odd, name" >= 0) CHECK ("odd, name" < 10),
  plain /* CHECK (0) */ DECIMAL(10, 2),
  made TEXT GENERATED ALWAYS AS (kind || 'CHECK (x)') STORED,
  CHECK (id > 0 OR kind IS NULL),
  CONSTRAINT named CHECK (id <> 7),
  UNIQUE (kind, plain)
)`;

describe('readCreateTable', () => {
  const text = readCreateTable(SQL);

  it('finds the checks of each column, whatever stands in quotes and comments', () => {
    expect(Object.fromEntries(text.checks)).toEqual({
      id: [],
      kind: ["kind IN ( 'a, (b' , 'it''s' ) AND length ( kind ) > 0"],
      'odd, name': ['"odd, name" > = 0', '"odd, name" < 10'],
      plain: [],
      made: [],
    });
  });

  it('finds the checks over several columns', () => {
    expect(text.tableChecks).toEqual(['id > 0 OR kind IS NULL', 'id < > 7']);
  });

  it('sees AUTOINCREMENT, and not in a comment', () => {
    expect(text.isAutoincrement).toBe(true);
    expect(readCreateTable('CREATE TABLE t (id INTEGER PRIMARY KEY /* AUTOINCREMENT */)').isAutoincrement).toBe(false);
  });
});

describe('normalisedCondition', () => {
  it('sees through spacing, letter case and quoted names, and keeps texts', () => {
    expect(normalisedCondition(`Kind  in('A','b')`)).toBe(normalisedCondition(`"kind" IN ( 'A', 'b' )`));
    expect(normalisedCondition(`kind IN ('a')`)).not.toBe(normalisedCondition(`kind IN ('A')`));
  });
});
