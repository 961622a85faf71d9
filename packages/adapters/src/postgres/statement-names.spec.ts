import { forgetStatementNames, statementName } from './statement-names.js';

describe('names of prepared statements', () => {
  const nameOf = (sql: string) => [1, 2, 3, 4].map(() => statementName(sql)).at(-1);

  it('are given to a text that comes a third time, and stay', () => {
    const names = [1, 2, 3, 4].map(() => statementName('SELECT 1'));
    expect(names).toEqual([undefined, undefined, expect.stringMatching(/^eros_\d+_[0-9a-f]{32}$/), names[2]]);
    expect(nameOf('SELECT 2')).not.toBe(names[2]);
  });

  it('are other ones once they were forgotten', () => {
    const before = nameOf('SELECT 3');
    forgetStatementNames();
    expect(nameOf('SELECT 3')).not.toBe(before);
  });

  it('are so many at the most, which a connection can bear', () => {
    const texts = Array.from({ length: 400 }, (_, nth) => `SELECT 'many', ${nth}`);
    expect(texts.map(nameOf).filter((name) => name !== undefined).length).toBeLessThanOrEqual(300);
    forgetStatementNames();
  });
});
