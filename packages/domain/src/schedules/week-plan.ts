import type { Structure } from '../captions/index.js';
import type { Channel, ItemType } from '../planning/index.js';
import { WeekNotReplaceableError } from './errors.js';
import type { RecordedSend } from './send-ledger.js';
import type { TemplateStatus } from './template-status.js';

/** One planned send, as stored. */
export interface PlanItem {
  readonly itemId: number;
  readonly itemType: ItemType;
  readonly channel: Channel;
  readonly scheduledAtMs: number;
  /** The creator's wall clock at that instant. */
  readonly date: string;
  readonly time: string;
  readonly captionId: number | undefined;
  readonly captionText: string | undefined;
  readonly priceUsd: number | undefined;
  readonly contentType: string | undefined;
  readonly structure: Structure | undefined;
  /** Place in the rotation's draws, of a PPV. */
  readonly slotPosition: number | undefined;
  /** The PPV that a follow-up belongs to. */
  readonly parentItemId: number | undefined;
  /** `undefined`: nothing was reported yet. */
  readonly send: RecordedSend | undefined;
  /** A follow-up that a purchase, a reply or an operator called off. */
  readonly isCancelled: boolean;
}

/** An item that has no id yet; a follow-up names its parent by index. */
export interface NewPlanItem extends Omit<PlanItem, 'itemId' | 'parentItemId' | 'send' | 'isCancelled'> {
  readonly parent: number | undefined;
}

/** The slots of the rotation that a week uses: [from, to). */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
}

/** What a stored week says about itself, without its items. */
export interface WeekHead {
  readonly templateId: number;
  readonly creatorId: string;
  readonly weekStart: string;
  /** The Sunday. */
  readonly weekEnd: string;
  readonly status: TemplateStatus;
  readonly generatedAtMs: number;
  /** The plan uses only what was known then. */
  readonly asOfMs: number;
  readonly algorithmVersion: string;
  readonly projectedRevenueUsd: number | undefined;
  readonly slots: SlotRange;
  /** Start of the rotation pattern that the slots are counted in. */
  readonly patternStartMs: number;
  readonly calculationLogId: number | undefined;
  /** One sentence for each thing that is not as it was asked for. */
  readonly notes: readonly string[];
  /** How often the week was replanned, or put back. */
  readonly replacedCount: number;
  /** The saga that planned what is stored. */
  readonly sagaId: string | undefined;
}

export interface StoredWeek extends WeekHead {
  /** In chronological order. */
  readonly items: readonly PlanItem[];
}

/** Throws `week_not_replaceable` unless the week is a draft or generated and nothing of it was sent. */
export function assertReplaceable(week: StoredWeek): void {
  const { creatorId, weekStart, status, items } = week;
  if (status !== 'draft' && status !== 'generated')
    throw new WeekNotReplaceableError(creatorId, weekStart, `it is ${status}`);
  // A failed send went nowhere; an unknown one may have reached everybody.
  const sentCount = items.filter(({ send }) => send?.status === 'sent' || send?.status === 'unknown').length;
  if (sentCount > 0) throw new WeekNotReplaceableError(creatorId, weekStart, `${sentCount} items sent or perhaps sent`);
}
