import { SchemaNewerError, SchemaOutdatedError } from './errors.js';

describe('what a database lacks or has too much', () => {
  const changes = (count: number): string[] => Array.from({ length: count }, (_, index) => `table t${index + 1}`);

  it('is named in the message as far as a line can be read, and all of it beside', () => {
    const lacking = new SchemaOutdatedError('eros.db', changes(69));
    expect(lacking.message).toMatch(/ lacks table t1, table t2, table t3, table t4, table t5 and 64 more: run /);
    expect(lacking.pending).toHaveLength(69);
    expect(new SchemaNewerError('eros.db', changes(6)).message).toMatch(/table t5 and 1 more, which/);
  });

  it('is named as a whole when it is little', () => {
    expect(new SchemaOutdatedError('eros.db', changes(5)).message).toMatch(/ lacks table t1, .*, table t5: run /);
    expect(new SchemaOutdatedError('eros.db', changes(1)).message).toMatch(/ lacks table t1: run /);
  });
});
