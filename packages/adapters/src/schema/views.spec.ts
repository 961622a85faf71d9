import { formatInstant } from '@eros/domain';
import { Migrator } from '../migrations/migrator.js';
import { postgresSchema } from '../migrations/postgres-schema.js';
import { sqliteSchema } from '../migrations/sqlite-schema.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { createTestDatabase } from '../testing/test-postgres.js';
import { declaredSchema } from './declared-schema.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function openSqlite(): Promise<{ database: SqlDatabase; close(): Promise<void> }> {
  const database = await SqliteDatabase.open({ path: ':memory:', driver: 'better-sqlite3' });
  await new Migrator(sqliteSchema(database), declaredSchema).migrate({ nowMs: 0 });
  return { database, close: () => database.close() };
}

async function openPostgres(): Promise<{ database: SqlDatabase; close(): Promise<void> }> {
  const created = await createTestDatabase({ isEmpty: true });
  const database = await PostgresDatabase.open({ url: created.url });
  await new Migrator(postgresSchema(database), declaredSchema).migrate({ nowMs: 0 });
  const close = async () => {
    await database.close();
    await created.drop();
  };
  return { database, close };
}

// The views read the machine's clock, so the rows are placed around it.
describe.each([
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
])('the views on %s', (kind, open) => {
  let database: SqlDatabase;
  let close: () => Promise<void>;
  beforeAll(async () => ({ database, close } = await open()));
  beforeEach(async () => {
    for (const table of ['circuit_breaker_state', 'circuit_breaker_calls', 'creator_rotation_state', 'creators'])
      await database.on().run(`DELETE FROM ${table}`);
  });
  afterAll(() => close());

  const instant = (agoMs: number) => formatInstant(Date.now() - agoMs);
  const day = (ago: number) => instant(ago * DAY_MS).slice(0, 10);
  const run = (sql: string, params: readonly unknown[] = []) => database.on().run(sql, params);
  const rows = <Row = Record<string, unknown>>(sql: string) => database.on().all<Row>(sql);
  /** Again, should midnight have passed meanwhile. */
  const onOneDay = async (test: () => Promise<void>): Promise<void> => {
    const today = day(0);
    try {
      await test();
    } catch (error) {
      if (today === day(0)) throw error;
      await run('DELETE FROM creators');
      await test();
    }
  };

  describe('v_circuit_breaker_health', () => {
    const breaker = (name: string, state: string, failures: number, successes: number, changedAgoMs: number | null) =>
      run(
        `INSERT INTO circuit_breaker_state (name, state, failure_count, success_count, last_state_change)
         VALUES (?, ?, ?, ?, ?)`,
        [name, state, failures, successes, changedAgoMs === null ? null : instant(changedAgoMs)],
      );
    const calls = (name: string, agoMs: number, successes: number, failures: number) =>
      run('INSERT INTO circuit_breaker_calls (name, slice_start, success_count, failure_count) VALUES (?, ?, ?, ?)', [
        name,
        instant(agoMs),
        successes,
        failures,
      ]);

    it('has the documented rate, which consecutive counts make 0 right after a failure and else 100', async () => {
      await breaker('fresh', 'closed', 0, 0, null);
      await breaker('well', 'closed', 0, 9, 0);
      await breaker('failed once', 'closed', 1, 0, 0);
      await breaker('down', 'open', 5, 0, 90.5 * MINUTE_MS);
      expect(
        await rows('SELECT name, success_rate_pct, minutes_in_state FROM v_circuit_breaker_health ORDER BY name'),
      ).toEqual([
        { name: 'down', success_rate_pct: 0, minutes_in_state: 90 },
        { name: 'failed once', success_rate_pct: 0, minutes_in_state: 0 },
        { name: 'fresh', success_rate_pct: 100, minutes_in_state: null },
        { name: 'well', success_rate_pct: 100, minutes_in_state: 0 },
      ]);
    });

    it('adds the calls of the last five minutes and how many of them went well', async () => {
      await breaker('busy', 'closed', 0, 2, 0);
      await breaker('idle', 'closed', 0, 2, 0);
      await calls('busy', 10_000, 20, 5);
      await calls('busy', 4 * MINUTE_MS, 10, 5);
      await calls('busy', 6 * MINUTE_MS, 1_000, 1_000);
      await calls('idle', 6 * MINUTE_MS, 10, 0);
      await calls('unknown', 0, 1, 1);
      expect(
        await rows('SELECT name, recent_success_rate_pct, recent_calls FROM v_circuit_breaker_health ORDER BY name'),
      ).toEqual([
        { name: 'busy', recent_success_rate_pct: 75, recent_calls: 40 },
        { name: 'idle', recent_success_rate_pct: null, recent_calls: 0 },
      ]);
    });

    // PostgreSQL stores instants, whatever form they were written in.
    if (kind === 'SQLite')
      it('reads instants of others: without T, milliseconds and Z', async () => {
        await breaker('old', 'half_open', 0, 1, null);
        const theirs = instant(45.5 * MINUTE_MS)
          .slice(0, 19)
          .replace('T', ' ');
        await run('UPDATE circuit_breaker_state SET last_state_change = ?', [theirs]);
        expect(await rows('SELECT minutes_in_state FROM v_circuit_breaker_health')).toEqual([{ minutes_in_state: 45 }]);
      });
  });

  describe('v_active_rotation_states', () => {
    it('shows the active ones, and how many days ago their patterns began', async () => {
      const rotation = (creatorId: string, state: string, start: string) =>
        run(
          `INSERT INTO creator_rotation_state (creator_id, rotation_pattern, pattern_start_date, days_on_pattern, current_state)
           VALUES (?, '{}', ?, 2, ?)`,
          [creatorId, start, state],
        );
      await rotation('a', 'active', instant(3.5 * DAY_MS));
      await rotation(
        'b',
        'active',
        instant(0.5 * DAY_MS)
          .slice(0, 19)
          .replace('T', ' '),
      );
      await rotation('c', 'paused', instant(9 * DAY_MS));
      await rotation('d', 'rotating', instant(9 * DAY_MS));
      await rotation('e', 'initializing', instant(9 * DAY_MS));
      const sql =
        'SELECT creator_id, days_on_pattern, current_state, actual_days_since_start FROM v_active_rotation_states ORDER BY creator_id';
      expect(await rows(sql)).toEqual([
        { creator_id: 'a', days_on_pattern: 2, current_state: 'active', actual_days_since_start: 3 },
        { creator_id: 'b', days_on_pattern: 2, current_state: 'active', actual_days_since_start: 0 },
      ]);
    });
  });

  describe('v_prediction_accuracy', () => {
    interface Given {
      creatorId?: string;
      ago: number;
      revenuePct?: number | null;
      volumePct?: number;
      isMeasured?: boolean;
      version?: string;
      isSuperseded?: boolean;
    }
    const predicted = async (given: Given) => {
      const { creatorId = 'c-1', ago, revenuePct, volumePct = 0, isMeasured = true, version = '3.0' } = given;
      await run(
        `INSERT INTO creators (creator_id, page_name, display_name, page_type) VALUES (?, ?, ?, 'paid') ON CONFLICT DO NOTHING`,
        [creatorId, creatorId, creatorId],
      );
      await run(
        `INSERT INTO volume_predictions (creator_id, week_start_date, revenue_prediction_error_pct, volume_prediction_error_pct,
           outcome_measured, algorithm_version, superseded_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [
          creatorId,
          day(ago),
          revenuePct ?? null,
          volumePct,
          isMeasured ? 1 : 0,
          version,
          given.isSuperseded ? instant(0) : null,
        ],
      );
    };
    const accuracy = () => rows('SELECT * FROM v_prediction_accuracy ORDER BY creator_id, period');

    it('counts a week into each period that reaches back to its Monday, and no week still to come', () =>
      onOneDay(async () => {
        for (const ago of [0, 7, 8, 30, 31, 90, 91, 1_000, -1, -7]) await predicted({ ago, revenuePct: 10 });
        const counts = await rows(
          'SELECT period, total_predictions AS total FROM v_prediction_accuracy ORDER BY period',
        );
        expect(counts).toEqual([
          { period: '30d', total: 4 },
          { period: '7d', total: 2 },
          { period: '90d', total: 6 },
          { period: 'all', total: 8 },
        ]);
      }));

    it('averages what was measured: misses by size, bias by sign, shares of all with an error', () =>
      onOneDay(async () => {
        await predicted({ ago: 2, revenuePct: 25, volumePct: -10 });
        await predicted({ ago: 3, revenuePct: -50, volumePct: 20, version: '2.0' });
        await predicted({ ago: 4, revenuePct: null, volumePct: 0 }); // predicted 0: no error to speak of
        await predicted({ ago: 5, revenuePct: 999, volumePct: 999, isMeasured: false });
        await predicted({ ago: 6, revenuePct: 999, volumePct: 999, isSuperseded: true, version: '1.0' });
        await predicted({ creatorId: 'c-2', ago: 20, isMeasured: false });
        const [first] = await accuracy();
        expect(first).toEqual({
          creator_id: 'c-1',
          period: '30d',
          total_predictions: 4,
          measured_predictions: 3,
          avg_revenue_error_pct: 37.5,
          avg_volume_error_pct: 10,
          bias_pct: -12.5,
          within_25_pct: 50,
          algorithm_versions: expect.stringMatching(/^(3\.0,2\.0|2\.0,3\.0)$/),
        });
        expect((await accuracy()).filter((row) => row['creator_id'] === 'c-2')).toEqual(
          ['30d', '90d', 'all'].map((period) => ({
            creator_id: 'c-2',
            period,
            total_predictions: 1,
            measured_predictions: 0,
            avg_revenue_error_pct: null,
            avg_volume_error_pct: null,
            bias_pct: null,
            within_25_pct: null,
            algorithm_versions: '3.0',
          })),
        );
      }));
  });
});
