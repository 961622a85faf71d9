import { numberedPlaceholders } from './placeholders.js';

describe('placeholders of PostgreSQL', () => {
  it.each([
    ['SELECT 1', 'SELECT 1'],
    ['VALUES (?, ?), (?, ?)', 'VALUES ($1, $2), ($3, $4)'],
    ["SELECT '?', 'it''s ?' WHERE a = ?", "SELECT '?', 'it''s ?' WHERE a = $1"],
    ["SELECT E'\\'?' WHERE a = ?", "SELECT E'\\'?' WHERE a = $1"],
    ['SELECT "why?" WHERE a = ?', 'SELECT "why?" WHERE a = $1'],
    ['SELECT ? -- or ?\n, ?', 'SELECT $1 -- or ?\n, $2'],
    ['SELECT ? /* or\n? */, ?', 'SELECT $1 /* or\n? */, $2'],
    ['SELECT $$?$$, $of$ $$?$$ $of$, ?', 'SELECT $$?$$, $of$ $$?$$ $of$, $1'],
  ])('%j is %j, each time', (sql, expected) => {
    expect(numberedPlaceholders(sql)).toBe(expected);
    expect(numberedPlaceholders(sql)).toBe(expected);
  });
});
