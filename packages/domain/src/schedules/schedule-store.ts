import type { StoredItem } from '../planning/index.js';
import type { Transaction } from '../storage/index.js';
import type { UnknownSend } from './reconcile-unknown.js';
import type { RecordedSend } from './send-ledger.js';
import type { TemplateStatus } from './template-status.js';
import type { NewPlanItem, PlanItem, SlotRange, StoredWeek, WeekHead } from './week-plan.js';

/** A week about to be stored. */
export interface NewWeek {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly weekEnd: string;
  readonly generatedAtMs: number;
  readonly asOfMs: number;
  readonly algorithmVersion: string;
  readonly projectedRevenueUsd: number | undefined;
  readonly slots: SlotRange;
  readonly patternStartMs: number;
  readonly notes: readonly string[];
  readonly sagaId: string | undefined;
  readonly items: readonly NewPlanItem[];
}

/** An item whose time has come. */
export interface DuePlanItem extends PlanItem {
  readonly creatorId: string;
  readonly templateId: number;
  readonly weekStart: string;
}

/** Keeps planned weeks and the send ledger. What is promised here is tested by `scheduleStoreContract`. */
export interface ScheduleStore {
  find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredWeek | undefined>;
  head(templateId: number, tx?: Transaction): Promise<WeekHead | undefined>;
  /** The last planned week of this creator, by its Monday. */
  lastWeek(creatorId: string, tx?: Transaction): Promise<WeekHead | undefined>;

  /** Stores a week and its items; fails on a second one for the same creator and Monday. Ids of the items in their order. */
  insert(week: NewWeek, tx: Transaction): Promise<{ templateId: number; itemIds: readonly number[] }>;
  /** Replaces what is stored under this template: its items go, the template keeps its id. */
  replace(templateId: number, week: NewWeek, tx: Transaction): Promise<{ itemIds: readonly number[] }>;
  /** Removes a week and its items, as if it had never been planned. */
  withdraw(templateId: number, tx: Transaction): Promise<void>;
  linkCalculation(templateId: number, calculationLogId: number, tx: Transaction): Promise<void>;
  setStatus(templateId: number, status: TemplateStatus, tx: Transaction): Promise<void>;

  /** Items with fromMs <= scheduledAtMs < untilMs of other weeks than `exceptWeek`, cancelled ones left out. */
  itemsBetween(
    query: { creatorId: string; fromMs: number; untilMs: number; exceptWeek?: string },
    tx?: Transaction,
  ): Promise<StoredItem[]>;

  item(itemId: number, tx?: Transaction): Promise<DuePlanItem | undefined>;
  /** The item that was reported as sent under this message id. */
  itemOfMessage(creatorId: string, messageId: string, tx?: Transaction): Promise<DuePlanItem | undefined>;
  /**
   * Items scheduled before then of which nothing was reported, by time: of weeks that are neither draft nor completed, not
   * cancelled, and follow-ups only when their parent was sent.
   */
  due(query: { beforeMs: number; creatorId?: string; limit: number }): Promise<DuePlanItem[]>;
  saveSend(itemId: number, send: RecordedSend, tx: Transaction): Promise<void>;
  /** The items of these creators whose send is unknown. */
  unknownSends(creatorIds: readonly string[], tx?: Transaction): Promise<UnknownSend[]>;
  /** Calls off follow-up items: they are never due. */
  cancelItems(itemIds: readonly number[], tx: Transaction): Promise<void>;
}
