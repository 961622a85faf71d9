import { StatementNames, statementNamesOf } from './statement-names.js';

describe('names of prepared statements', () => {
  const nameOf = (sql: string, names: StatementNames) => [1, 2, 3, 4].map(() => names.of(sql)).at(-1);

  it('are given to a text that comes a third time, and stay', () => {
    const kept = new StatementNames();
    const names = [1, 2, 3, 4].map(() => kept.of('SELECT 1')?.text);
    expect(names).toEqual([undefined, undefined, expect.stringMatching(/^eros_\d+_[0-9a-f]{32}$/), names[2]]);
    expect(nameOf('SELECT 2', kept)?.text).not.toBe(names[2]);
  });

  it('are other ones once they were forgotten', () => {
    const names = new StatementNames();
    const before = nameOf('SELECT 3', names);
    before?.forget();
    expect(nameOf('SELECT 3', names)?.text).not.toBe(before?.text);
  });

  it('are so many at the most, which a connection can bear', () => {
    const names = new StatementNames();
    const texts = Array.from({ length: 400 }, (_, nth) => `SELECT 'many', ${nth}`);
    expect(texts.map((sql) => nameOf(sql, names)).filter((name) => name !== undefined)).toHaveLength(300);
  });

  it('are those of one pool: another one keeps its own when they are forgotten', () => {
    const [pool, other] = [{}, {}];
    const kept = nameOf('SELECT 4', statementNamesOf(other));
    nameOf('SELECT 4', statementNamesOf(pool))?.forget();

    expect(statementNamesOf(other).of('SELECT 4')).toBe(kept);
    expect(statementNamesOf(pool).of('SELECT 4')).toBeUndefined();
  });
});
