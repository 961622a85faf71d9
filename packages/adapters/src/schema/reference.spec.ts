import type { DeclaredSchema } from '../migrations/migration.js';
import { differencesFromReference } from '../testing/reference-differences.js';
import { referenceIndexes, referenceQueries, referenceTables, referenceViews } from '../testing/reference-document.js';
import { declaredSchema } from './declared-schema.js';
import type { Column, Table } from './table.js';

const changing = (name: string, change: (table: Table) => Table): DeclaredSchema => ({
  ...declaredSchema,
  tables: declaredSchema.tables.map((table) => (table.name === name ? change(table) : table)),
});
const changingColumn = (table: string, name: string, change: (column: Column) => Column): DeclaredSchema =>
  changing(table, (each) => ({
    ...each,
    columns: each.columns.map((column) => (column.name === name ? change(column) : column)),
  }));
const without =
  <Key extends keyof Column>(key: Key) =>
  (column: Column): Column =>
    Object.fromEntries(Object.entries(column).filter(([name]) => name !== key)) as object as Column;

describe('a new database, compared with the schema reference', () => {
  it('has all of it: tables, columns, types, defaults, checks, keys, indexes, views and queries', async () => {
    expect(await differencesFromReference(declaredSchema)).toEqual([]);
  });

  it('is compared with the whole reference', () => {
    expect(referenceTables).toHaveLength(8);
    expect(referenceViews).toHaveLength(1);
    expect(referenceQueries).toHaveLength(4);
    expect(referenceIndexes).toHaveLength(8);
  });

  it.each<[string, DeclaredSchema, string]>([
    [
      'a table left out',
      { ...declaredSchema, tables: declaredSchema.tables.filter(({ name }) => name !== 'timing_idempotency') },
      'no table timing_idempotency',
    ],
    [
      'a type',
      changingColumn('ppv_followup_tracking', 'gap_minutes', (column) => ({ ...column, type: 'integer' })),
      'ppv_followup_tracking: gap_minutes is',
    ],
    [
      'a default',
      changingColumn('circuit_breaker_state', 'state', (column) => ({ ...column, default: 'open' })),
      'circuit_breaker_state: state is',
    ],
    [
      'a default left out',
      changingColumn('volume_predictions', 'algorithm_version', without('default')),
      'volume_predictions: algorithm_version is',
    ],
    [
      'NOT NULL left out',
      changingColumn('saga_execution_log', 'started_at', without('notNull')),
      'saga_execution_log: started_at is',
    ],
    [
      'NOT NULL too much',
      changingColumn('saga_execution_log', 'failed_step', (column) => ({ ...column, notNull: true })),
      'saga_execution_log: failed_step is',
    ],
    [
      'a check changed',
      changingColumn('volume_calculation_log', 'tier', (column) => ({ ...column, check: "tier IN ('low', 'mid')" })),
      'volume_calculation_log: check of tier is',
    ],
    [
      'a check left out',
      changingColumn('volume_calculation_log', 'page_type', without('check')),
      'volume_calculation_log: check of page_type is',
    ],
    [
      'a check too much',
      changingColumn('volume_predictions', 'input_page_type', (column) => ({
        ...column,
        check: "input_page_type <> ''",
      })),
      'volume_predictions: checks that the reference leaves out',
    ],
    [
      'a foreign key left out',
      changingColumn('volume_adjustment_outcomes', 'log_id', without('references')),
      'volume_adjustment_outcomes: foreign keys',
    ],
    [
      'a foreign key that the DDL does not have',
      changingColumn('saga_execution_log', 'creator_id', (column) => ({
        ...column,
        references: { table: 'creators', column: 'creator_id' },
      })),
      'saga_execution_log: foreign keys',
    ],
    [
      'AUTOINCREMENT left out',
      changingColumn('volume_predictions', 'prediction_id', (column) => ({ ...column, key: 'key' })),
      'volume_predictions: AUTOINCREMENT',
    ],
    [
      'a unique column',
      changingColumn('ppv_followup_tracking', 'parent_ppv_id', (column) => ({ ...column, unique: true })),
      'ppv_followup_tracking: keys',
    ],
    [
      'the order of columns',
      changing('timing_idempotency', (table) => {
        const [first, second, ...rest] = table.columns;
        return { ...table, columns: [second, first, ...rest] as Column[] };
      }),
      'timing_idempotency: columns is',
    ],
    [
      'a column of ours not marked as added',
      changingColumn('timing_idempotency', 'version', without('added')),
      'timing_idempotency: columns behind the documented ones',
    ],
    [
      'an index left out',
      changing('ppv_followup_tracking', (table) => ({ ...table, indexes: [] })),
      'no index idx_followup_gap',
    ],
    [
      'a view left out',
      { ...declaredSchema, views: declaredSchema.views.filter(({ name }) => name !== 'v_prediction_accuracy') },
      'no view v_prediction_accuracy',
    ],
    [
      'the columns of the documented view',
      {
        ...declaredSchema,
        views: declaredSchema.views.map((view) =>
          view.name === 'v_circuit_breaker_health'
            ? {
                ...view,
                sqlite:
                  'SELECT state, name, 100.0 AS success_rate_pct, 0 AS minutes_in_state FROM circuit_breaker_state',
              }
            : view,
        ),
      },
      'view v_circuit_breaker_health: (state, name',
    ],
  ])('would show %s', async (_what, changed, difference) => {
    const differences = await differencesFromReference(changed);
    expect(differences).toEqual(expect.arrayContaining([expect.stringContaining(difference)]));
  });
});
