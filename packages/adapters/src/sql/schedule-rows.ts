import {
  formatInstant,
  type DuePlanItem,
  type ItemType,
  type NewWeek,
  type PlanItem,
  type SendStatus,
  type Structure,
  type TemplateStatus,
  type WeekHead,
} from '@eros/domain';
import { instantIn } from './columns.js';

export interface TemplateRow {
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
  saga_id: string | null;
}

export interface ItemRow {
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

export const TEMPLATE = `template_id, creator_id, week_start, week_end, status, generated_at, as_of, algorithm_version,
  projected_earnings, slots_from, slots_to, pattern_start, calculation_log_id, notes,
  COALESCE(replaced_count, 0) AS replaced_count, saga_id`;
export const ITEM = `i.item_id, i.template_id, i.creator_id, t.week_start, i.item_type, i.channel, i.scheduled_at, i.scheduled_date,
  i.scheduled_time, i.caption_id, i.caption_text, i.suggested_price, i.content_type, i.structure, i.slot_position,
  i.parent_item_id, i.status, i.send_status, i.sent_at, i.message_id`;
export const ITEMS = 'schedule_items i JOIN schedule_templates t ON t.template_id = i.template_id';

/** A failed send and a cancelled item are both `skipped`; the send status tells them apart. */
export const ITEM_STATUS: Record<SendStatus, string> = { sent: 'sent', failed: 'skipped', unknown: 'queued' };

/** Planned for a time that had passed, and not known to have gone out. */
export const isRetrospective = ({
  scheduled_at,
  generated_at,
  send_status,
}: ItemRow & { generated_at: string }): boolean =>
  instantIn(generated_at) > instantIn(scheduled_at) && send_status !== 'sent' && send_status !== 'unknown';

export const CANCELLED = "i.status = 'skipped' AND i.send_status IS NULL";

export function templateColumns(week: NewWeek): Record<string, string | number | null> {
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

export const ITEM_COLUMNS = [
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

export function itemColumns(
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

export const headOf = (row: TemplateRow): WeekHead => ({
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
  sagaId: row.saga_id ?? undefined,
});

/** Our notes are a JSON list; those of others are one text. */
function notesOf(text: string | null): string[] {
  if (text === null) return [];
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : [text];
}

export const itemOf = (row: ItemRow): PlanItem => ({
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

export const dueItemOf = (row: ItemRow): DuePlanItem => ({
  ...itemOf(row),
  creatorId: row.creator_id,
  templateId: row.template_id,
  weekStart: row.week_start,
});
