import {
  formatInstant,
  type DuePlanItem,
  type ItemType,
  type NewWeek,
  type PlanItem,
  type RecordedSend,
  type ScheduleStore,
  type SendStatus,
  type StoredItem,
  type StoredWeek,
  type Structure,
  type TemplateStatus,
  type Transaction,
  type UnknownSend,
  type WeekHead,
} from '@eros/domain';
import { instantIn } from './columns.js';
import type { SqlDatabase } from './sql-database.js';
import { inStatements, placeholders, rowPlaceholders } from './statements.js';

interface TemplateRow {
  template_id: number;
  creator_id: string;
  week_start: string;
  week_end: string;
  status: TemplateStatus;
  generated_at: string;
  as_of: string | null;
  algorithm_version: string | null;
  projected_earnings: number | null;
  slots_from: number | null;
  slots_to: number | null;
  pattern_start: string | null;
  calculation_log_id: number | null;
  notes: string | null;
  replaced_count: number;
}

interface ItemRow {
  item_id: number;
  template_id: number;
  creator_id: string;
  week_start: string;
  item_type: ItemType;
  channel: 'mass_message' | 'wall_post';
  scheduled_at: string;
  scheduled_date: string;
  scheduled_time: string;
  caption_id: number | null;
  caption_text: string | null;
  suggested_price: number | null;
  content_type: string | null;
  structure: Structure | null;
  slot_position: number | null;
  parent_item_id: number | null;
  status: string;
  send_status: SendStatus | null;
  sent_at: string | null;
  message_id: string | null;
}

const TEMPLATE = `template_id, creator_id, week_start, week_end, status, generated_at, as_of, algorithm_version,
  projected_earnings, slots_from, slots_to, pattern_start, calculation_log_id, notes, COALESCE(replaced_count, 0) AS replaced_count`;
const ITEM = `i.item_id, i.template_id, i.creator_id, t.week_start, i.item_type, i.channel, i.scheduled_at, i.scheduled_date,
  i.scheduled_time, i.caption_id, i.caption_text, i.suggested_price, i.content_type, i.structure, i.slot_position,
  i.parent_item_id, i.status, i.send_status, i.sent_at, i.message_id`;
const ITEMS = 'schedule_items i JOIN schedule_templates t ON t.template_id = i.template_id';

/** A failed send and a cancelled item are both `skipped`; the send status tells them apart. */
const ITEM_STATUS: Record<SendStatus, string> = { sent: 'sent', failed: 'skipped', unknown: 'queued' };

/** `schedule_templates` and `schedule_items`. Items of ours have `scheduled_at`; rows of others without it are left alone. */
export class SqlScheduleStore implements ScheduleStore {
  constructor(private readonly database: SqlDatabase) {}

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredWeek | undefined> {
    const session = this.database.on(tx);
    const sql = `SELECT ${TEMPLATE} FROM schedule_templates WHERE creator_id = ? AND week_start = ?`;
    const [row] = await session.all<TemplateRow>(sql, [creatorId, weekStart]);
    if (!row) return undefined;
    const items = await session.all<ItemRow>(
      `SELECT ${ITEM} FROM ${ITEMS} WHERE i.template_id = ? AND i.scheduled_at IS NOT NULL ORDER BY i.scheduled_at, i.item_id`,
      [row.template_id],
    );
    return { ...headOf(row), items: items.map(itemOf) };
  }

  async head(templateId: number, tx?: Transaction): Promise<WeekHead | undefined> {
    const sql = `SELECT ${TEMPLATE} FROM schedule_templates WHERE template_id = ?`;
    const [row] = await this.database.on(tx).all<TemplateRow>(sql, [templateId]);
    return row && headOf(row);
  }

  async lastWeek(creatorId: string, tx?: Transaction): Promise<WeekHead | undefined> {
    const sql = `SELECT ${TEMPLATE} FROM schedule_templates WHERE creator_id = ? ORDER BY week_start DESC LIMIT 1`;
    const [row] = await this.database.on(tx).all<TemplateRow>(sql, [creatorId]);
    return row && headOf(row);
  }

  async insert(week: NewWeek, tx: Transaction): Promise<{ templateId: number; itemIds: number[] }> {
    const columns = templateColumns(week);
    const names = Object.keys(columns);
    const { lastId } = await this.database
      .on(tx)
      .run(
        `INSERT INTO schedule_templates (${names.join(', ')}) VALUES (${placeholders(names.length)})`,
        Object.values(columns),
      );
    return { templateId: lastId, itemIds: await this.insertItems(lastId, week, tx) };
  }

  async replace(templateId: number, week: NewWeek, tx: Transaction): Promise<{ itemIds: number[] }> {
    const session = this.database.on(tx);
    await session.run('DELETE FROM schedule_items WHERE template_id = ? AND parent_item_id IS NOT NULL', [templateId]);
    await session.run('DELETE FROM schedule_items WHERE template_id = ?', [templateId]);
    const columns = templateColumns(week);
    const assignments = Object.keys(columns).map((name) => `${name} = ?`);
    await session.run(
      `UPDATE schedule_templates SET ${assignments.join(', ')}, replaced_count = COALESCE(replaced_count, 0) + 1 WHERE template_id = ?`,
      [...Object.values(columns), templateId],
    );
    return { itemIds: await this.insertItems(templateId, week, tx) };
  }

  /** Parents first, then follow-ups, each batch in one statement; identity keys of a batch are consecutive. */
  private async insertItems(templateId: number, week: NewWeek, tx: Transaction): Promise<number[]> {
    const ids = new Array<number>(week.items.length);
    for (const isFollowup of [false, true]) {
      const indexes = [...week.items.keys()].filter(
        (index) => (week.items[index]?.parent !== undefined) === isFollowup,
      );
      for (const part of inStatements(indexes, ITEM_COLUMNS.length)) {
        const rows = part.map((index) => itemColumns(templateId, week, index, ids));
        const sql = `INSERT INTO schedule_items (${ITEM_COLUMNS.join(', ')}) VALUES ${rowPlaceholders(part.length, ITEM_COLUMNS.length)}`;
        const { lastId } = await this.database.on(tx).run(sql, rows.flat());
        part.forEach((index, place) => (ids[index] = lastId - part.length + 1 + place));
      }
    }
    return ids;
  }

  async linkCalculation(templateId: number, calculationLogId: number, tx: Transaction): Promise<void> {
    const sql = 'UPDATE schedule_templates SET calculation_log_id = ? WHERE template_id = ?';
    await this.database.on(tx).run(sql, [calculationLogId, templateId]);
  }

  async setStatus(templateId: number, status: TemplateStatus, tx: Transaction): Promise<void> {
    await this.database
      .on(tx)
      .run('UPDATE schedule_templates SET status = ? WHERE template_id = ?', [status, templateId]);
  }

  async itemsBetween(
    {
      creatorId,
      fromMs,
      untilMs,
      exceptWeek,
    }: { creatorId: string; fromMs: number; untilMs: number; exceptWeek?: string },
    tx?: Transaction,
  ): Promise<StoredItem[]> {
    const rows = await this.database.on(tx).all<ItemRow & { generated_at: string }>(
      `SELECT ${ITEM}, t.generated_at FROM ${ITEMS}
       WHERE i.creator_id = ? AND i.scheduled_at >= ? AND i.scheduled_at < ? AND t.week_start <> ? AND NOT (${CANCELLED})
       ORDER BY i.scheduled_at, i.item_id`,
      [creatorId, formatInstant(fromMs), formatInstant(untilMs), exceptWeek ?? ''],
    );
    return rows.map((row) => ({
      itemType: row.item_type,
      scheduledAtMs: instantIn(row.scheduled_at),
      structure: row.structure ?? undefined,
      captionId: row.caption_id ?? undefined,
      ...(isRetrospective(row) ? { isRetrospective: true as const } : {}),
    }));
  }

  async item(itemId: number, tx?: Transaction): Promise<DuePlanItem | undefined> {
    const sql = `SELECT ${ITEM} FROM ${ITEMS} WHERE i.item_id = ? AND i.scheduled_at IS NOT NULL`;
    const [row] = await this.database.on(tx).all<ItemRow>(sql, [itemId]);
    return row && dueItemOf(row);
  }

  async itemOfMessage(creatorId: string, messageId: string, tx?: Transaction): Promise<DuePlanItem | undefined> {
    const sql = `SELECT ${ITEM} FROM ${ITEMS}
      WHERE i.message_id = ? AND i.creator_id = ? AND i.scheduled_at IS NOT NULL ORDER BY i.item_id LIMIT 1`;
    const [row] = await this.database.on(tx).all<ItemRow>(sql, [messageId, creatorId]);
    return row && dueItemOf(row);
  }

  async due({
    beforeMs,
    creatorId,
    limit,
  }: {
    beforeMs: number;
    creatorId?: string;
    limit: number;
  }): Promise<DuePlanItem[]> {
    const [filter, params] = creatorId === undefined ? ['', []] : ['AND i.creator_id = ?', [creatorId]];
    const rows = await this.database.on().all<ItemRow>(
      `SELECT ${ITEM} FROM ${ITEMS} LEFT JOIN schedule_items p ON p.item_id = i.parent_item_id
       WHERE i.scheduled_at < ? AND i.status IN ('pending', 'queued') AND i.send_status IS NULL
         AND t.status NOT IN ('draft', 'completed') AND (i.parent_item_id IS NULL OR p.send_status = 'sent') ${filter}
       ORDER BY i.scheduled_at, i.item_id LIMIT ?`,
      [formatInstant(beforeMs), ...params, limit],
    );
    return rows.map(dueItemOf);
  }

  async saveSend(itemId: number, send: RecordedSend, tx: Transaction): Promise<void> {
    await this.database
      .on(tx)
      .run('UPDATE schedule_items SET send_status = ?, status = ?, sent_at = ?, message_id = ? WHERE item_id = ?', [
        send.status,
        ITEM_STATUS[send.status],
        formatInstant(send.atMs),
        send.messageId ?? null,
        itemId,
      ]);
  }

  async unknownSends(creatorIds: readonly string[], tx?: Transaction): Promise<UnknownSend[]> {
    const found: UnknownSend[] = [];
    for (const ids of inStatements(creatorIds, 1)) {
      const rows = await this.database.on(tx).all<ItemRow>(
        `SELECT ${ITEM} FROM ${ITEMS} WHERE i.send_status = 'unknown' AND i.creator_id IN (${placeholders(ids.length)})
         ORDER BY i.item_id`,
        ids,
      );
      for (const row of rows) {
        found.push({
          itemId: row.item_id,
          creatorId: row.creator_id,
          captionId: row.caption_id ?? undefined,
          atMs: instantIn(row.sent_at ?? row.scheduled_at),
          messageId: row.message_id ?? undefined,
        });
      }
    }
    return found;
  }

  async cancelItems(itemIds: readonly number[], tx: Transaction): Promise<void> {
    for (const ids of inStatements(itemIds, 1)) {
      const sql = `UPDATE schedule_items SET status = 'skipped' WHERE send_status IS NULL AND item_id IN (${placeholders(ids.length)})`;
      await this.database.on(tx).run(sql, ids);
    }
  }
}

/** Planned for a time that had passed, and not known to have gone out. */
const isRetrospective = ({ scheduled_at, generated_at, send_status }: ItemRow & { generated_at: string }): boolean =>
  instantIn(generated_at) > instantIn(scheduled_at) && send_status !== 'sent' && send_status !== 'unknown';

const CANCELLED = "i.status = 'skipped' AND i.send_status IS NULL";

function templateColumns(week: NewWeek): Record<string, string | number | null> {
  const count = (...types: ItemType[]) => week.items.filter(({ itemType }) => types.includes(itemType)).length;
  return {
    creator_id: week.creatorId,
    week_start: week.weekStart,
    week_end: week.weekEnd,
    generated_at: formatInstant(week.generatedAtMs),
    generated_by: 'eros',
    algorithm_version: week.algorithmVersion,
    total_items: week.items.length,
    total_ppvs: count('ppv'),
    total_bumps: count('engagement'),
    projected_earnings: week.projectedRevenueUsd ?? null,
    status: 'generated',
    notes: JSON.stringify(week.notes),
    as_of: formatInstant(week.asOfMs),
    slots_from: week.slots.from,
    slots_to: week.slots.to,
    pattern_start: formatInstant(week.patternStartMs),
    saga_id: week.sagaId ?? null,
  };
}

const ITEM_COLUMNS = [
  'template_id',
  'creator_id',
  'scheduled_date',
  'scheduled_time',
  'item_type',
  'channel',
  'caption_id',
  'caption_text',
  'suggested_price',
  'parent_item_id',
  'is_follow_up',
  'followup_delay_minutes',
  'scheduled_at',
  'content_type',
  'structure',
  'slot_position',
  'status', // given, since an adopted table may have no default
] as const;

function itemColumns(
  templateId: number,
  week: NewWeek,
  index: number,
  ids: readonly number[],
): (string | number | null)[] {
  const item = week.items[index];
  if (!item) throw new Error(`bug: no item ${index}`);
  const parent = item.parent === undefined ? undefined : week.items[item.parent];
  return [
    templateId,
    week.creatorId,
    item.date,
    item.time,
    item.itemType,
    item.channel,
    item.captionId ?? null,
    item.captionText ?? null,
    item.priceUsd ?? null,
    item.parent === undefined ? null : (ids[item.parent] ?? null),
    parent ? 1 : 0,
    parent ? Math.round((item.scheduledAtMs - parent.scheduledAtMs) / 60_000) : null,
    formatInstant(item.scheduledAtMs),
    item.contentType ?? null,
    item.structure ?? null,
    item.slotPosition ?? null,
    'pending',
  ];
}

const headOf = (row: TemplateRow): WeekHead => ({
  templateId: row.template_id,
  creatorId: row.creator_id,
  weekStart: row.week_start,
  weekEnd: row.week_end,
  status: row.status,
  generatedAtMs: instantIn(row.generated_at),
  asOfMs: instantIn(row.as_of ?? row.generated_at),
  algorithmVersion: row.algorithm_version ?? '',
  projectedRevenueUsd: row.projected_earnings ?? undefined,
  slots: { from: row.slots_from ?? 0, to: row.slots_to ?? 0 },
  patternStartMs: row.pattern_start === null ? 0 : instantIn(row.pattern_start),
  calculationLogId: row.calculation_log_id ?? undefined,
  notes: notesOf(row.notes),
  replacedCount: row.replaced_count,
});

/** Our notes are a JSON list; those of others are one text. */
function notesOf(text: string | null): string[] {
  if (text === null) return [];
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : [text];
}

const itemOf = (row: ItemRow): PlanItem => ({
  itemId: row.item_id,
  itemType: row.item_type,
  channel: row.channel,
  scheduledAtMs: instantIn(row.scheduled_at),
  date: row.scheduled_date,
  time: row.scheduled_time,
  captionId: row.caption_id ?? undefined,
  captionText: row.caption_text ?? undefined,
  priceUsd: row.suggested_price ?? undefined,
  contentType: row.content_type ?? undefined,
  structure: row.structure ?? undefined,
  slotPosition: row.slot_position ?? undefined,
  parentItemId: row.parent_item_id ?? undefined,
  send:
    row.send_status === null
      ? undefined
      : {
          status: row.send_status,
          atMs: instantIn(row.sent_at ?? row.scheduled_at),
          messageId: row.message_id ?? undefined,
        },
  isCancelled: row.status === 'skipped' && row.send_status === null,
});

const dueItemOf = (row: ItemRow): DuePlanItem => ({
  ...itemOf(row),
  creatorId: row.creator_id,
  templateId: row.template_id,
  weekStart: row.week_start,
});
