import {
  formatInstant,
  parseInstant,
  type Category,
  type MessageHistory,
  type Send,
  type SendStore,
  type Transaction,
} from '@eros/domain';
import type { SqlDatabase } from './sql-database.js';
import { inStatements, marks, rowsOfMarks } from './statements.js';

interface SendRow {
  message_id: string | number;
  creator_id: string;
  message_type: 'ppv' | 'free' | null;
  category: Category | null;
  content_type: string | null;
  caption_id: string | null;
  sending_time: string;
  price: number | null;
  sent_count: number | null;
  viewed_count: number | null;
  purchased_count: number | null;
  earnings: number | null;
}

const READ = `m.message_id, m.creator_id, m.message_type, m.category, m.content_type, m.caption_id, m.sending_time, m.price,
  m.sent_count, m.viewed_count, m.purchased_count, m.earnings`;
const WRITTEN = [
  'message_id',
  'creator_id',
  'message_type',
  'category',
  'content_type',
  'caption_id',
  'sending_time',
  'sending_hour',
  'sending_day_of_week',
  'price',
  'sent_count',
  'viewed_count',
  'purchased_count',
  'earnings',
  'view_rate',
  'purchase_rate',
  'revenue_per_send',
] as const;

/** `mass_messages`: what was imported, and the history that plans read. */
export class SqlSendStore implements SendStore, MessageHistory {
  constructor(private readonly database: SqlDatabase) {}

  async sends({ creatorId, fromMs, untilMs }: { creatorId: string; fromMs: number; untilMs: number }): Promise<Send[]> {
    const { dialect } = this.database;
    const time = dialect.comparableInstant('m.sending_time');
    const range = [dialect.comparableParameter(fromMs), dialect.comparableParameter(untilMs)];
    // Rows of an adopted database may name only the page.
    const rows = await this.database.on().all<SendRow>(
      `SELECT ${READ} FROM mass_messages m WHERE m.creator_id = ? AND ${time} >= ? AND ${time} <= ?
       UNION ALL
       SELECT ${READ.replace('m.creator_id', 'c.creator_id')} FROM creators c
       JOIN mass_messages m ON m.creator_id IS NULL AND m.page_name = c.page_name
       WHERE c.creator_id = ? AND ${time} >= ? AND ${time} <= ?`,
      [creatorId, ...range, creatorId, ...range],
    );
    return readable(rows)
      .filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < untilMs)
      .sort((a, b) => a.sentAtMs - b.sentAtMs || (a.messageId < b.messageId ? -1 : 1));
  }

  async latestSentAtMs(creatorId?: string): Promise<number | undefined> {
    const [filter, params] = creatorId === undefined ? ['', []] : ['AND m.creator_id = ?', [creatorId]];
    const time = this.database.dialect.comparableInstant('m.sending_time');
    const [latest] = await this.database
      .on()
      .all<{ sending_time: string }>(
        `SELECT m.sending_time FROM mass_messages m WHERE ${time} IS NOT NULL ${filter} ORDER BY ${time} DESC LIMIT 1`,
        params,
      );
    return latest && parseInstant(latest.sending_time);
  }

  async find(messageIds: readonly string[], tx?: Transaction): Promise<Send[]> {
    const found: Send[] = [];
    for (const ids of inStatements(messageIds, 1)) {
      const sql = `SELECT ${READ} FROM mass_messages m WHERE m.message_id IN (${marks(ids.length)}) ORDER BY m.message_id`;
      found.push(...readable(await this.database.on(tx).all<SendRow>(sql, ids)));
    }
    return found;
  }

  async insert(sends: readonly Send[], tx?: Transaction): Promise<void> {
    for (const part of inStatements(sends, WRITTEN.length)) {
      const sql = `INSERT INTO mass_messages (${WRITTEN.join(', ')}) VALUES ${rowsOfMarks(part.length, WRITTEN.length)}`;
      await this.database.on(tx).run(sql, part.flatMap(toColumns));
    }
  }

  async revise(sends: readonly Send[], revisedAtMs: number, tx?: Transaction): Promise<void> {
    const [, ...columns] = WRITTEN;
    const sql = `UPDATE mass_messages SET ${columns.map((name) => `${name} = ?`).join(', ')}, revised_at = ? WHERE message_id = ?`;
    for (const send of sends) {
      const [messageId, ...values] = toColumns(send);
      await this.database.on(tx).run(sql, [...values, formatInstant(revisedAtMs), messageId]);
    }
  }
}

const rate = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function toColumns(send: Send): (string | number | null)[] {
  const sentAt = new Date(send.sentAtMs);
  return [
    send.messageId,
    send.creatorId,
    send.messageType,
    send.category,
    send.contentType ?? null,
    send.captionId === undefined ? null : String(send.captionId),
    formatInstant(send.sentAtMs),
    sentAt.getUTCHours(),
    sentAt.getUTCDay(), // as the table has always held it: UTC, 0 = Sunday
    send.priceUsd,
    send.sentCount,
    send.viewedCount,
    send.purchasedCount,
    send.earningsUsd,
    rate(send.viewedCount, send.sentCount),
    rate(send.purchasedCount, send.sentCount),
    rate(send.earningsUsd, send.sentCount),
  ];
}

/** Sends from rows; a row of others whose time cannot be read is no send. */
function readable(rows: readonly SendRow[]): Send[] {
  const sends: Send[] = [];
  for (const row of rows) {
    const sentAtMs = instantOf(row.sending_time);
    if (sentAtMs === undefined) continue;
    const messageType = row.message_type ?? 'free';
    sends.push({
      messageId: String(row.message_id), // a number where the table numbers its messages
      creatorId: row.creator_id,
      messageType,
      category: row.category ?? (messageType === 'ppv' ? 'revenue' : 'engagement'),
      contentType: row.content_type ?? undefined,
      captionId: captionIdOf(row.caption_id),
      sentAtMs,
      priceUsd: row.price ?? 0,
      sentCount: Math.max(0, row.sent_count ?? 0), // some exports held -1: predecessor facts 1.4
      viewedCount: row.viewed_count ?? 0,
      purchasedCount: row.purchased_count ?? 0,
      earningsUsd: row.earnings ?? 0,
    });
  }
  return sends;
}

/** Our own form is what the built-in parser is fast at; anything else takes the careful way. */
function instantOf(text: string): number | undefined {
  if (text.length === 24 && text.endsWith('Z')) {
    const atMs = Date.parse(text);
    if (!Number.isNaN(atMs)) return atMs;
  }
  return parseInstant(text);
}

/** The predecessor kept UUIDs here, which name no caption of the bank. */
const captionIdOf = (text: string | null): number | undefined =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
