import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SqliteMigrator } from '../migrations/sqlite-migrator.js';
import { readSqliteSchema, type FoundSchema } from '../migrations/sqlite-introspection.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { declaredSchema } from './declared-schema.js';

const REFERENCE = readFileSync(path.join(__dirname, '../../../../docs/reference/schema-reference.md'), 'utf8');
const blocks = [...REFERENCE.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const statementsOf = (kind: RegExp): string[] => blocks.filter((sql) => kind.test(sql.trim()));

/** Checks on documented columns that the reference leaves out: predecessor facts 1.8 and our own enums. */
const ADDED_CHECKS: Record<string, readonly string[]> = {
  volume_predictions: ['outcome_measured'],
  volume_calculation_log: [
    'saturation_score',
    'opportunity_score',
    'revenue_per_day',
    'engagement_per_day',
    'retention_per_day',
    'data_source',
    'confidence_score',
    'caption_constrained',
    'multi_horizon_used',
    'dow_adjusted',
    'elasticity_capped',
  ],
  volume_adjustment_outcomes: [
    'measurement_period',
    'outcome_classification',
    'learning_signal',
    'applied_to_learning',
  ],
};

/** The indexes that the reference names in its prose. */
const NAMED_INDEXES = [...REFERENCE.matchAll(/^- `(idx_\w+)`/gm)].map((match) => match[1] ?? '');

const checksOf = (sql: string): Map<string, string> => {
  const checks = new Map<string, string>();
  for (const line of sql.replace(/--.*$/gm, '').split('\n')) {
    const match = /^\s*"?(\w+)"?\s.*?CHECK\s*\((.*)\)/i.exec(line);
    if (match) checks.set(match[1] ?? '', (match[2] ?? '').replace(/\s+/g, ' ').replace(/\)?,?$/, ''));
  }
  return checks;
};

describe('a new database, compared with the schema reference', () => {
  let ours: SqliteDatabase;
  let theirs: SqliteDatabase;
  let found: FoundSchema;
  let documented: FoundSchema;

  beforeAll(async () => {
    ours = await SqliteDatabase.open({ path: ':memory:' });
    await new SqliteMigrator(ours, declaredSchema).migrate({ nowMs: Date.UTC(2026, 10, 22) });
    found = await readSqliteSchema(ours.on());
    theirs = await SqliteDatabase.open({ path: ':memory:' });
    await theirs.transaction(async (tx) => {
      for (const sql of statementsOf(/^CREATE TABLE/)) await tx.query(sql);
      for (const sql of statementsOf(/^CREATE VIEW/)) await tx.query(sql);
    });
    documented = await readSqliteSchema(theirs.on());
  });
  afterAll(async () => {
    await ours.close();
    await theirs.close();
  });

  it('reads all eight tables that the reference defines', () => {
    expect([...documented.tables.keys()]).toEqual([
      'circuit_breaker_state',
      'creator_rotation_state',
      'ppv_followup_tracking',
      'saga_execution_log',
      'timing_idempotency',
      'volume_adjustment_outcomes',
      'volume_calculation_log',
      'volume_predictions',
    ]);
  });

  it('has every documented column: name, order, type, default, not null and key', () => {
    for (const [name, table] of documented.tables) {
      const columns = found.tables.get(name)?.columns.slice(0, table.columns.length);
      expect({ name, columns }).toEqual({ name, columns: table.columns });
    }
  });

  it('adds columns only as declared additions, behind the documented ones', () => {
    for (const [name, table] of documented.tables) {
      const declared = declaredSchema.tables.find((each) => each.name === name);
      const added = declared?.columns.filter((column) => column.added).map((column) => column.name);
      expect(
        found.tables
          .get(name)
          ?.columns.slice(table.columns.length)
          .map((column) => column.name),
      ).toEqual(added);
    }
  });

  it('has every documented foreign key and, on documented columns, no other', () => {
    for (const [name, table] of documented.tables) {
      const keys = found.tables
        .get(name)
        ?.foreignKeys.filter(({ column }) => table.columns.some((c) => c.name === column));
      const sorted = (list: typeof table.foreignKeys = []) => [...list].sort((a, b) => (a.column < b.column ? -1 : 1));
      expect({ name, keys: sorted(keys) }).toEqual({ name, keys: sorted(table.foreignKeys) });
    }
  });

  it('has every documented check, and on documented columns no other than the listed additions', () => {
    for (const [name, table] of documented.tables) {
      const expected = checksOf(table.sql);
      const checks = checksOf(found.tables.get(name)?.sql ?? '');
      for (const [column, check] of expected)
        expect({ name, column, check: checks.get(column) }).toEqual({ name, column, check });
      const extra = [...checks.keys()].filter((c) => table.columns.some((each) => each.name === c) && !expected.has(c));
      expect({ name, extra }).toEqual({ name, extra: [...(ADDED_CHECKS[name] ?? [])] });
    }
  });

  it('has every index that the reference names', () => {
    expect(NAMED_INDEXES).toHaveLength(8);
    expect([...found.indexes.keys()]).toEqual(expect.arrayContaining(NAMED_INDEXES));
  });

  it('has every view that the reference names, with the documented columns first', async () => {
    expect([...found.views.keys()]).toEqual(
      expect.arrayContaining(['v_active_rotation_states', 'v_circuit_breaker_health', 'v_prediction_accuracy']),
    );
    const columnsOf = async (database: SqliteDatabase) =>
      (await database.on().all<{ name: string }>('PRAGMA table_info(v_circuit_breaker_health)')).map(
        ({ name }) => name,
      );
    const documentedColumns = await columnsOf(theirs);
    expect((await columnsOf(ours)).slice(0, documentedColumns.length)).toEqual(documentedColumns);
  });

  it('answers the queries of the reference as they stand', async () => {
    const queries = blocks.flatMap((sql) => sql.split(';')).filter((sql) => /^\s*(--[^\n]*\s*)*SELECT/.test(sql));
    expect(queries).toHaveLength(4);
    for (const sql of queries) await expect(ours.on().all(sql)).resolves.toEqual([]);
  });
});
