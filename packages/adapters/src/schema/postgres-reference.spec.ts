import type { FoundColumn, FoundSchema } from '../migrations/found-schema.js';
import { Migrator } from '../migrations/migrator.js';
import { readPostgresSchema } from '../migrations/postgres-introspection.js';
import { postgresSchema } from '../migrations/postgres-schema.js';
import { readSqliteSchema } from '../migrations/sqlite-introspection.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { createTestDatabase } from '../testing/test-postgres.js';
import { referenceIndexes, referenceQueries, referenceTables, referenceViews } from '../testing/reference-document.js';
import { declaredSchema } from './declared-schema.js';

/** What stands for a type of the reference: texts that are instants, days or JSON have types of their own. */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = {
  TEXT: ['text', 'timestamp with time zone', 'date', 'jsonb'],
  INTEGER: ['bigint', 'smallint'],
  REAL: ['double precision'],
};
/** The reference's queries that PostgreSQL does not understand: it has neither `date('now', ...)` nor aliases in HAVING. */
const ONLY_SQLITE = ['Find creators with suboptimal followup timing', 'Creators where predictions consistently miss'];

describe('a new PostgreSQL database, compared with the schema reference', () => {
  let created: Awaited<ReturnType<typeof createTestDatabase>>;
  let ours: PostgresDatabase;
  let theirs: SqliteDatabase;
  let found: FoundSchema;
  let documented: FoundSchema;
  beforeAll(async () => {
    created = await createTestDatabase({ isEmpty: true });
    ours = await PostgresDatabase.open({ url: created.url });
    await new Migrator(postgresSchema(ours), declaredSchema).migrate({ nowMs: 0 });
    found = await readPostgresSchema(
      ours.on(),
      declaredSchema.tables.map(({ name }) => name),
    );
    theirs = await SqliteDatabase.open({ path: ':memory:', driver: 'better-sqlite3' });
    await theirs.transaction(async (tx) => {
      for (const sql of [...referenceTables, ...referenceViews]) await tx.query(sql);
    });
    documented = await readSqliteSchema(theirs.on());
  });
  afterAll(async () => {
    await theirs.close();
    await ours.close();
    await created.drop();
  });

  const tableOf = (schema: FoundSchema, name: string) => {
    const table = schema.tables.get(name);
    if (!table) throw new Error(`no table ${name}`);
    return table;
  };

  it('has every documented column in its place, and ours behind them', () => {
    expect(documented.tables.size).toBe(8);
    for (const [name, { columns }] of documented.tables) {
      const there = tableOf(found, name).columns;
      expect([name, ...there.slice(0, columns.length).map((column) => column.name)]).toEqual([
        name,
        ...columns.map((column) => column.name),
      ]);
      const added = declaredSchema.tables.find((table) => table.name === name)?.columns.filter((each) => each.added);
      expect(there.slice(columns.length).map((column) => column.name)).toEqual(added?.map((column) => column.name));
    }
  });

  it('has the documented meaning of each: type, NOT NULL, default, key, numbers', () => {
    const defaultOf = ({ defaultSql = 'none' }: FoundColumn) =>
      /now/.test(defaultSql) ? 'now' : defaultSql.replace(/::\w+$/, '').replaceAll("'", '');
    const differences: string[] = [];
    for (const [name, table] of documented.tables) {
      for (const column of table.columns) {
        const is = tableOf(found, name).columns.find((each) => each.name === column.name);
        if (!is) continue;
        const meaning = (each: FoundColumn) =>
          `${each.isNotNull} ${defaultOf(each)} ${each.keyPlace} ${each.isNumbered}`;
        if (!STANDS_FOR[column.type]?.includes(is.type)) differences.push(`${name}.${column.name}: ${is.type}`);
        if (meaning(is) !== meaning(column)) differences.push(`${name}.${column.name}: ${meaning(is)}`);
      }
    }
    expect(differences).toEqual([]);
  });

  it('has the documented checks, parents and indexes', () => {
    for (const [name, table] of documented.tables) {
      const there = tableOf(found, name);
      for (const { name: column } of table.columns) {
        const values = (checks: readonly string[]) => checks.join().match(/'\w+'/g) ?? [];
        if (table.checksOf(column).length === 0) continue;
        expect(values(there.checksOf(column))).toEqual(values(table.checksOf(column)));
      }
      const byColumn = (a: { column: string }, b: { column: string }) => (a.column < b.column ? -1 : 1);
      expect([...there.foreignKeys].sort(byColumn)).toEqual([...table.foreignKeys].sort(byColumn));
    }
    for (const index of referenceIndexes) expect(found.indexes.has(index)).toBe(true);
  });

  it('has the views, the documented one with the documented columns', async () => {
    expect([...found.views.keys()].sort()).toEqual([
      'v_active_rotation_states',
      'v_circuit_breaker_health',
      'v_prediction_accuracy',
    ]);
    const documentedColumns = await theirs.on().all<{ name: string }>('PRAGMA table_info(v_circuit_breaker_health)');
    const columns = await ours.on().all<{
      name: string;
    }>("SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'v_circuit_breaker_health' AND table_schema = current_schema() ORDER BY ordinal_position");
    expect(columns.slice(0, documentedColumns.length).map(({ name }) => name)).toEqual(
      documentedColumns.map(({ name }) => name),
    );
  });

  it('answers the documented queries, but for two that only SQLite understands', async () => {
    const refused: string[] = [];
    for (const sql of referenceQueries) {
      await ours
        .on()
        .all(sql)
        .catch((error: unknown) => refused.push(`${sql.trim().split('\n')[0]}: ${String(error)}`));
    }
    expect(referenceQueries).toHaveLength(4);
    expect(refused).toEqual(ONLY_SQLITE.map((title) => expect.stringContaining(`-- ${title}`)));
  });
});
