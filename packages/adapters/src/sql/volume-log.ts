import {
  formatInstant,
  type LoggedDecision,
  type StoredHorizon,
  type Transaction,
  type VolumeDecision,
  type VolumeLog,
} from '@eros/domain';
import { insertNumbered, instantIn } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface LogRow {
  log_id: number;
  creator_id: string;
  week_start_date: string;
  calculated_at: string;
  schedule_template_id: number | null;
  decision: string;
}

const READ = 'log_id, creator_id, week_start_date, calculated_at, schedule_template_id, decision';

/** `volume_calculation_log`. Rows of others, which hold no decision, are not read. */
export class SqlVolumeLog implements VolumeLog {
  constructor(private readonly database: SqlDatabase) {}

  async append(
    { creatorId, weekStart, templateId, calculatedAtMs, decision }: Omit<LoggedDecision, 'logId'>,
    tx: Transaction,
  ): Promise<number> {
    const { perDay, flags } = decision;
    return insertNumbered(this.database.on(tx), 'volume_calculation_log', 'log_id', {
      creator_id: creatorId,
      calculated_at: formatInstant(calculatedAtMs),
      fan_count: decision.fanCount,
      page_type: decision.pageType,
      saturation_score: decision.saturationScore,
      opportunity_score: decision.opportunityScore,
      tier: decision.tier,
      revenue_per_day: perDay.revenue,
      engagement_per_day: perDay.engagement,
      retention_per_day: perDay.retention,
      schedule_template_id: templateId ?? null,
      data_source: decision.dataSource,
      calculation_version: decision.calculationVersion,
      confidence_score: decision.confidenceScore,
      caption_constrained: flags.captionConstrained ? 1 : 0,
      message_count_analyzed: decision.messageCountAnalyzed,
      multi_horizon_used: flags.multiHorizonUsed ? 1 : 0,
      dow_adjusted: flags.dowAdjusted ? 1 : 0,
      elasticity_capped: flags.elasticityCapped ? 1 : 0,
      notes: JSON.stringify(decision.notes),
      decision: JSON.stringify(decision),
      week_start_date: weekStart,
    });
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<LoggedDecision | undefined> {
    const [row] = await this.database.on(tx).all<LogRow>(
      `SELECT ${READ} FROM volume_calculation_log
       WHERE creator_id = ? AND week_start_date = ? AND decision IS NOT NULL ORDER BY log_id DESC LIMIT 1`,
      [creatorId, weekStart],
    );
    return row && fromRow(row);
  }

  async get(logId: number, tx?: Transaction): Promise<LoggedDecision | undefined> {
    const sql = `SELECT ${READ} FROM volume_calculation_log WHERE log_id = ? AND decision IS NOT NULL`;
    const [row] = await this.database.on(tx).all<LogRow>(sql, [logId]);
    return row && fromRow(row);
  }

  async storedHorizons(creatorId: string): Promise<StoredHorizon[]> {
    // Nothing of ours writes this table; only adopted databases have it.
    const { tableNamed } = this.database.dialect;
    const [table] = await this.database.on().all(tableNamed, ['volume_performance_tracking']);
    if (!table) return [];
    const rows = await this.database.on().all<{
      tracking_date: string;
      tracking_period: '7d' | '14d' | '30d';
      total_messages_sent: number | null;
      saturation_score: number | null;
      opportunity_score: number | null;
      revenue_per_send_trend: number | null;
    }>(
      `SELECT tracking_date, tracking_period, total_messages_sent, saturation_score, opportunity_score, revenue_per_send_trend
       FROM volume_performance_tracking WHERE creator_id = ? AND tracking_period IN ('7d', '14d', '30d')
       ORDER BY tracking_date DESC LIMIT 90`,
      [creatorId],
    );
    return rows.map((row) => ({
      trackingDate: row.tracking_date.slice(0, 10),
      days: DAYS[row.tracking_period],
      sendCount: row.total_messages_sent ?? 0,
      saturation: row.saturation_score ?? undefined,
      opportunity: row.opportunity_score ?? undefined,
      revenueTrendPct: row.revenue_per_send_trend ?? undefined,
    }));
  }
}

const DAYS = { '7d': 7, '14d': 14, '30d': 30 } as const;

const fromRow = (row: LogRow): LoggedDecision => ({
  logId: row.log_id,
  creatorId: row.creator_id,
  weekStart: row.week_start_date,
  templateId: row.schedule_template_id ?? undefined,
  calculatedAtMs: instantIn(row.calculated_at),
  decision: JSON.parse(row.decision) as VolumeDecision,
});
