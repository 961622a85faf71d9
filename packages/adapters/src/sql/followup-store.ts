import {
  formatInstant,
  gapOf,
  StaleVersionError,
  type Followup,
  type FollowupStore,
  type StoredFollowup,
  type SuboptimalFollowups,
  type Transaction,
} from '@eros/domain';
import { insertInto, insertsInto, instantIn, updateOf, type Columns } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface FollowupRow {
  id: number;
  creator_id: string;
  parent_ppv_id: string;
  parent_time: string;
  followup_time: string;
  ppv_type: string;
  status: 'planned' | 'sent' | 'cancelled' | null;
  planned_time: string | null;
  cancelled_at: string | null;
  cancelled_by: string | null;
  cancel_reason: string | null;
}

const COLUMNS = `id, creator_id, parent_ppv_id, parent_time, followup_time, ppv_type,
  status, planned_time, cancelled_at, cancelled_by, cancel_reason`;

/** `ppv_followup_tracking`. */
export class SqlFollowupStore implements FollowupStore {
  constructor(private readonly database: SqlDatabase) {}

  async insert(followup: Followup, atMs: number, tx?: Transaction): Promise<number> {
    const { sql, params } = insertInto('ppv_followup_tracking', {
      ...columnsOf(followup),
      created_at: formatInstant(atMs),
    });
    const inserted = { sql: `${sql} ON CONFLICT DO NOTHING RETURNING id`, params };
    const [row] = await this.database.on(tx).returning<{ id: number }>(() => inserted);
    if (!row) throw new StaleVersionError(`the follow-ups of PPV "${followup.parentPpvId}"`, 0);
    return row.id;
  }

  async insertAll(followups: readonly Followup[], atMs: number, tx: Transaction): Promise<number[]> {
    const created_at = formatInstant(atMs);
    const rows = followups.map((followup) => ({ ...columnsOf(followup), created_at }));
    const ids: number[] = [];
    for (const { sql, params } of insertsInto('ppv_followup_tracking', rows)) {
      const inserted = { sql: `${sql} ON CONFLICT DO NOTHING RETURNING id`, params };
      const made = await this.database.on(tx).returning<{ id: number }>(() => inserted);
      // Identity keys of one statement grow in the order of its rows.
      ids.push(...made.map(({ id }) => id).sort((a, b) => a - b));
    }
    const [first] = followups;
    if (first && ids.length < followups.length) {
      throw new StaleVersionError(`the follow-ups of PPV "${first.parentPpvId}" and others`, 0);
    }
    return ids;
  }

  async find(followupId: number, tx?: Transaction): Promise<StoredFollowup | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ppv_followup_tracking WHERE id = ?`;
    const [row] = await this.database.on(tx).all<FollowupRow>(sql, [followupId]);
    return row && fromRow(row);
  }

  async ofParent(
    { creatorId, parentPpvId }: { creatorId: string; parentPpvId: string },
    tx?: Transaction,
  ): Promise<StoredFollowup[]> {
    const sql = `SELECT ${COLUMNS} FROM ppv_followup_tracking WHERE creator_id = ? AND parent_ppv_id = ? ORDER BY id`;
    return (await this.database.on(tx).all<FollowupRow>(sql, [creatorId, parentPpvId])).map(fromRow);
  }

  async countOfParents(
    { creatorId, fromMs, untilMs }: { creatorId: string; fromMs: number; untilMs: number },
    tx?: Transaction,
  ): Promise<number> {
    const { dialect } = this.database;
    const time = dialect.comparableInstant('parent_time');
    const rows = await this.database.on(tx).all<{ parent_time: string }>(
      `SELECT parent_time FROM ppv_followup_tracking
       WHERE creator_id = ? AND COALESCE(status, 'sent') <> 'cancelled' AND ${time} >= ? AND ${time} <= ?`,
      [creatorId, dialect.comparableParameter(fromMs), dialect.comparableParameter(untilMs)],
    );
    // What is finer than a second is compared here.
    return rows.map(({ parent_time }) => instantIn(parent_time)).filter((atMs) => atMs >= fromMs && atMs < untilMs)
      .length;
  }

  async close(followupId: number, followup: Followup, tx?: Transaction): Promise<void> {
    const where = "id = ? AND status = 'planned'";
    const { sql, params } = updateOf('ppv_followup_tracking', columnsOf(followup), where, [followupId]);
    const { affected } = await this.database.on(tx).run(sql, params);
    if (affected !== 1) throw new StaleVersionError(`follow-up ${followupId}`, 1);
  }

  async suboptimal(
    { since, moreThan }: { since: string; moreThan: number },
    tx?: Transaction,
  ): Promise<SuboptimalFollowups[]> {
    const rows = await this.database.on(tx).all<{ creator_id: string; avg_gap: number; suboptimal_count: number }>(
      `SELECT creator_id, AVG(gap_minutes) AS avg_gap,
         SUM(CASE WHEN is_optimal_window = 0 THEN 1 ELSE 0 END) AS suboptimal_count
       FROM ppv_followup_tracking WHERE created_at >= ? GROUP BY creator_id
       HAVING SUM(CASE WHEN is_optimal_window = 0 THEN 1 ELSE 0 END) > ? ORDER BY creator_id`,
      [since, moreThan],
    );
    return rows.map((row) => ({
      creatorId: row.creator_id,
      avgGapMinutes: row.avg_gap,
      suboptimalCount: row.suboptimal_count,
    }));
  }
}

function columnsOf(followup: Followup): Columns {
  const { gapMinutes, isOptimalWindow } = gapOf(followup);
  const cancellation = followup.status === 'cancelled' ? followup.cancellation : undefined;
  return {
    creator_id: followup.creatorId,
    parent_ppv_id: followup.parentPpvId,
    parent_time: formatInstant(followup.parentMs),
    followup_time: formatInstant(followup.followupMs),
    gap_minutes: gapMinutes,
    ppv_type: followup.ppvType,
    is_optimal_window: isOptimalWindow ? 1 : 0,
    status: followup.status,
    planned_time: followup.plannedMs === undefined ? null : formatInstant(followup.plannedMs),
    cancelled_at: cancellation ? formatInstant(cancellation.atMs) : null,
    cancelled_by: cancellation?.by ?? null,
    cancel_reason: cancellation?.reason ?? null,
  };
}

function fromRow(row: FollowupRow): StoredFollowup {
  const facts = {
    creatorId: row.creator_id,
    parentPpvId: row.parent_ppv_id,
    parentMs: instantIn(row.parent_time),
    followupMs: instantIn(row.followup_time),
    ppvType: row.ppv_type,
    ...(row.planned_time === null ? {} : { plannedMs: instantIn(row.planned_time) }),
  };
  if (row.status !== 'cancelled') return { followupId: row.id, followup: { ...facts, status: row.status ?? 'sent' } };
  const atMs = instantIn(row.cancelled_at ?? row.followup_time);
  const cancellation = { atMs, by: row.cancelled_by ?? '', reason: row.cancel_reason ?? '' };
  return { followupId: row.id, followup: { ...facts, status: 'cancelled', cancellation } };
}
