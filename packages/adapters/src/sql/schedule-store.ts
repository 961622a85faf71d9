import {
  formatInstant,
  type DuePlanItem,
  type NewWeek,
  type RecordedSend,
  type ScheduleStore,
  type StoredItem,
  type StoredWeek,
  type TemplateStatus,
  type Transaction,
  type UnknownSend,
  type WeekHead,
} from '@eros/domain';
import { insertNumbered, instantIn } from './columns.js';
import {
  CANCELLED,
  dueItemOf,
  headOf,
  isRetrospective,
  ITEM,
  ITEM_COLUMNS,
  ITEM_STATUS,
  itemColumns,
  itemOf,
  ITEMS,
  TEMPLATE,
  templateColumns,
  type ItemRow,
  type TemplateRow,
} from './schedule-rows.js';
import type { SqlDatabase } from './sql-database.js';
import { inStatements, marks, rowsOfMarks } from './statements.js';

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
    const session = this.database.on(tx);
    const templateId = await insertNumbered(session, 'schedule_templates', 'template_id', templateColumns(week));
    return { templateId, itemIds: await this.insertItems(templateId, week, tx) };
  }

  async replace(templateId: number, week: NewWeek, tx: Transaction): Promise<{ itemIds: number[] }> {
    const session = this.database.on(tx);
    await this.removeItems(templateId, tx);
    const columns = templateColumns(week);
    const assignments = Object.keys(columns).map((name) => `${name} = ?`);
    await session.run(
      `UPDATE schedule_templates SET ${assignments.join(', ')}, replaced_count = COALESCE(replaced_count, 0) + 1 WHERE template_id = ?`,
      [...Object.values(columns), templateId],
    );
    return { itemIds: await this.insertItems(templateId, week, tx) };
  }

  /** Parents first, then follow-ups, each batch in one statement; identity keys of a batch grow in the order of its rows. */
  private async insertItems(templateId: number, week: NewWeek, tx: Transaction): Promise<number[]> {
    const ids = new Array<number>(week.items.length);
    for (const isFollowup of [false, true]) {
      const indexes = [...week.items.keys()].filter(
        (index) => (week.items[index]?.parent !== undefined) === isFollowup,
      );
      for (const part of inStatements(indexes, ITEM_COLUMNS.length)) {
        const rows = part.map((index) => itemColumns(templateId, week, index, ids));
        const sql = `INSERT INTO schedule_items (${ITEM_COLUMNS.join(', ')})
          VALUES ${rowsOfMarks(part.length, ITEM_COLUMNS.length)} RETURNING item_id`;
        const made = await this.database.on(tx).returning<{ item_id: number }>(() => ({ sql, params: rows.flat() }));
        const madeIds = made.map(({ item_id }) => item_id).sort((a, b) => a - b);
        part.forEach((index, place) => (ids[index] = madeIds[place] as number));
      }
    }
    return ids;
  }

  async withdraw(templateId: number, tx: Transaction): Promise<void> {
    await this.removeItems(templateId, tx);
    await this.database.on(tx).run('DELETE FROM schedule_templates WHERE template_id = ?', [templateId]);
  }

  private async removeItems(templateId: number, tx: Transaction): Promise<void> {
    const session = this.database.on(tx);
    await session.run('DELETE FROM schedule_items WHERE template_id = ? AND parent_item_id IS NOT NULL', [templateId]);
    await session.run('DELETE FROM schedule_items WHERE template_id = ?', [templateId]);
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
    const [isOther, excepted] = exceptWeek === undefined ? ['', []] : ['AND t.week_start <> ?', [exceptWeek]];
    const rows = await this.database.on(tx).all<ItemRow & { generated_at: string }>(
      `SELECT ${ITEM}, t.generated_at FROM ${ITEMS}
       WHERE i.creator_id = ? AND i.scheduled_at >= ? AND i.scheduled_at < ? ${isOther} AND NOT (${CANCELLED})
       ORDER BY i.scheduled_at, i.item_id`,
      [creatorId, formatInstant(fromMs), formatInstant(untilMs), ...excepted],
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
        `SELECT ${ITEM} FROM ${ITEMS} WHERE i.send_status = 'unknown' AND i.creator_id IN (${marks(ids.length)})
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
      const sql = `UPDATE schedule_items SET status = 'skipped' WHERE send_status IS NULL AND item_id IN (${marks(ids.length)})`;
      await this.database.on(tx).run(sql, ids);
    }
  }
}
