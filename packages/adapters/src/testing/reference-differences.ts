import { normalisedCondition, readCreateTable, type TableText } from '../schema/create-table.js';
import type { FoundTable } from '../migrations/found-schema.js';
import { readSqliteSchema } from '../migrations/sqlite-introspection.js';
import type { DeclaredSchema } from '../migrations/migration.js';
import { Migrator } from '../migrations/migrator.js';
import { sqliteSchema } from '../migrations/sqlite-schema.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { referenceIndexes, referenceQueries, referenceTables, referenceViews } from './reference-document.js';

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
const VIEWS = ['v_circuit_breaker_health', 'v_prediction_accuracy', 'v_active_rotation_states'];

/**
 * Where a new database of the declared schema is not what the schema reference says, one line each. What the declaration
 * adds must be marked as added and stand behind what is documented.
 */
export async function differencesFromReference(declared: DeclaredSchema): Promise<string[]> {
  const ours = await SqliteDatabase.open({ path: ':memory:', driver: 'better-sqlite3' });
  const theirs = await SqliteDatabase.open({ path: ':memory:', driver: 'better-sqlite3' });
  try {
    await new Migrator(sqliteSchema(ours), declared).migrate({ nowMs: Date.UTC(2026, 10, 22) });
    await theirs.transaction(async (tx) => {
      for (const sql of [...referenceTables, ...referenceViews]) await tx.query(sql);
    });
    const found = await readSqliteSchema(ours.on());
    const documented = await readSqliteSchema(theirs.on());
    const differences: string[] = [];
    for (const [name, table] of documented.tables) {
      const there = found.tables.get(name);
      if (there) {
        const texts = [await textOf(theirs, name), await textOf(ours, name)] as const;
        differences.push(...tableDifferences(name, table, there, texts, declared));
      } else differences.push(`no table ${name}`);
    }
    for (const name of referenceIndexes) if (!found.indexes.has(name)) differences.push(`no index ${name}`);
    for (const name of VIEWS) if (!found.views.has(name)) differences.push(`no view ${name}`);
    for (const name of documented.views.keys()) {
      const wanted = await columnsOfView(theirs, name);
      const is = found.views.has(name) ? (await columnsOfView(ours, name)).slice(0, wanted.length) : [];
      if (is.join() !== wanted.join()) differences.push(`view ${name}: (${is.join(', ')}), not (${wanted.join(', ')})`);
    }
    for (const sql of referenceQueries) {
      const problem = await problemWith(ours, sql);
      if (problem) differences.push(`query ${sql.trim()}: ${problem}`);
    }
    return differences;
  } finally {
    await ours.close();
    await theirs.close();
  }
}

function tableDifferences(
  name: string,
  wanted: FoundTable,
  there: FoundTable,
  [said, is]: readonly [TableText, TableText],
  declared: DeclaredSchema,
): string[] {
  const differences: string[] = [];
  const compare = (what: string, expected: unknown, is: unknown) => {
    if (JSON.stringify(expected) !== JSON.stringify(is)) {
      differences.push(`${name}: ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(expected)}`);
    }
  };
  const names = wanted.columns.map((column) => column.name);
  compare(
    'columns',
    names,
    there.columns.slice(0, names.length).map((column) => column.name),
  );
  for (const column of wanted.columns) {
    compare(
      column.name,
      column,
      there.columns.find((each) => each.name === column.name),
    );
  }
  const added = declared.tables.find((table) => table.name === name)?.columns.filter((column) => column.added);
  compare(
    'columns behind the documented ones',
    added?.map((column) => column.name),
    there.columns.slice(names.length).map((column) => column.name),
  );
  const keysOf = (table: FoundTable) =>
    table.foreignKeys.filter(({ column }) => names.includes(column)).sort((a, b) => (a.column < b.column ? -1 : 1));
  compare('foreign keys', keysOf(wanted), keysOf(there));
  const keptUnique = (table: FoundTable) =>
    table.uniqueKeys.filter((columns) => columns.every((column) => names.includes(column)));
  compare('keys', keptUnique(wanted), keptUnique(there));
  compare('AUTOINCREMENT', said.isAutoincrement, is.isAutoincrement);
  compare('table checks', said.tableChecks.map(normalisedCondition), is.tableChecks.map(normalisedCondition));
  const extra = names.filter((column) => is.checks.get(column)?.length && !said.checks.get(column)?.length);
  compare('checks that the reference leaves out', ADDED_CHECKS[name] ?? [], extra);
  for (const column of names.filter((each) => !extra.includes(each))) {
    const conditions = (text: typeof said) => (text.checks.get(column) ?? []).map(normalisedCondition);
    compare(`check of ${column}`, conditions(said), conditions(is));
  }
  return differences;
}

async function textOf(database: SqliteDatabase, table: string): Promise<TableText> {
  const [row] = await database.on().all<{ sql: string }>('SELECT sql FROM sqlite_master WHERE name = ?', [table]);
  return readCreateTable(row?.sql ?? '');
}

async function columnsOfView(database: SqliteDatabase, name: string): Promise<string[]> {
  return (await database.on().all<{ name: string }>(`PRAGMA table_info(${name})`)).map((column) => column.name);
}

async function problemWith(database: SqliteDatabase, sql: string): Promise<string | undefined> {
  try {
    await database.on().all(sql);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
