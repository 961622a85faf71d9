import {
  assertMonday,
  assertReplaceable,
  assertStatusMove,
  assertWhy,
  decideFollowup,
  evolveFollowup,
  InvalidSettingsError,
  isErosError,
  recordSend,
  TEMPLATE_STATUSES,
  UnknownCreatorError,
  UnknownItemError,
  UnknownWeekError,
  weekStartingOn,
  type Clock,
  type CreatorStore,
  type FollowupStore,
  type Logger,
  type OperationLog,
  type PredictionStore,
  type ScheduleStore,
  type SendStatus,
  type TemplateStatus,
  type Transaction,
  type UnitOfWork,
  type Why,
} from '@eros/domain';
import type { DueItem, FleetReport, WeekPlan } from '../api.js';
import { instantOf } from '../instant-of.js';
import type { Idempotency } from '../idempotency.js';
import type { Saga, Sagas } from '../sagas/index.js';
import { weekPlanning, type WeekPlanningPorts, type WeekRequest } from './week-planning.js';
import { dueView, weekView } from './week-view.js';

export interface SchedulesPorts extends WeekPlanningPorts {
  readonly creators: CreatorStore;
  readonly schedules: ScheduleStore;
  readonly followups: FollowupStore;
  readonly predictions: PredictionStore;
  readonly operations: OperationLog;
  readonly unitOfWork: UnitOfWork;
  readonly idempotency: Pick<Idempotency, 'run' | 'forget'>;
  readonly sagas: Pick<Sagas, 'define'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An instant, or the creator-local start of the week: for replaying past weeks with what was known before them. */
export type AsOf = Date | 'week_start';

/** Weeks planned at the same time; each spends most of its time waiting for the database. */
const FLEET_AT_ONCE = 4;
/** How often a plan starts over when the rotation was moved under it. */
const STALE_TRIES = 5;

/** Plans weeks, shows what is due, and keeps the send ledger. */
export class Schedules {
  private readonly planning: Saga<WeekRequest>;

  constructor(private readonly ports: SchedulesPorts) {
    this.planning = ports.sagas.define(weekPlanning(ports));
  }

  /**
   * Plans a creator's week, once: a planned week is returned as it is stored. Concurrent callers, in this process or another, get
   * the same plan. A call that meets the claim of a killed process waits for the end of its lease and then finishes the plan.
   *
   * @param request.weekStart the Monday, `YYYY-MM-DD`.
   * @param request.asOf plan with what was known then; `week_start` is the creator's own Monday 00:00. Default: now.
   * @throws {UnknownCreatorError}
   * @throws {InvalidSettingsError} when the week does not start on a Monday.
   * @throws {NothingToSellError} when no content type is known of the creator.
   * @throws {CircuitOpenError} when the message history or the caption source keeps failing.
   */
  async planWeek(request: { creatorId: string; weekStart: string; asOf?: AsOf }): Promise<WeekPlan> {
    return (await this.planOnce(request)).plan;
  }

  private async planOnce({
    creatorId,
    weekStart,
    asOf,
  }: {
    creatorId: string;
    weekStart: string;
    asOf?: AsOf;
  }): Promise<{ plan: WeekPlan; isNew: boolean }> {
    assertMonday(weekStart);
    const asOfMs = await this.asOfMs(creatorId, weekStart, asOf);
    const before = await this.get(creatorId, weekStart);
    if (before) return { plan: before, isNew: false };
    await this.once(`${creatorId}:${weekStart}`, { creatorId, weekStart }, (attempt) =>
      this.runSaga(`plan:${creatorId}:${weekStart}:${attempt}`, { creatorId, weekStart, asOfMs }),
    );
    const plan = await this.get(creatorId, weekStart);
    if (!plan) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
    return { plan, isNew: true };
  }

  private async asOfMs(creatorId: string, weekStart: string, asOf: AsOf | undefined): Promise<number> {
    if (asOf === undefined) return this.ports.clock.nowMs();
    if (asOf !== 'week_start') return instantOf('asOf', asOf);
    const creator = await this.ports.creators.find(creatorId);
    if (!creator) throw new UnknownCreatorError(creatorId);
    return weekStartingOn(weekStart, creator.timeZone).startMs;
  }

  /**
   * Plans a week again, with what is known now. The replaced plan's prediction is superseded, its follow-ups are called off.
   *
   * @throws {UnknownWeekError} when the week was never planned.
   * @throws {WeekNotReplaceableError} when it was approved, or something of it was sent.
   */
  async replanWeek({
    creatorId,
    weekStart,
    why,
  }: {
    creatorId: string;
    weekStart: string;
    why: Why;
  }): Promise<WeekPlan> {
    assertMonday(weekStart);
    assertWhy(why);
    if (!(await this.ports.creators.find(creatorId))) throw new UnknownCreatorError(creatorId);
    const stored = await this.ports.schedules.find(creatorId, weekStart);
    if (!stored) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
    assertReplaceable(stored);
    const round = stored.replacedCount + 1;
    const request = {
      creatorId,
      weekStart,
      asOfMs: this.ports.clock.nowMs(),
      replan: { templateId: stored.templateId, why },
    };
    await this.once(`${creatorId}:${weekStart}:${round}`, { creatorId, weekStart, round }, (attempt) =>
      this.runSaga(`plan:${creatorId}:${weekStart}:${round}:${attempt}`, request),
    );
    const plan = await this.get(creatorId, weekStart);
    if (!plan) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
    return plan;
  }

  /** Runs the work once for all callers of the key; whoever finds it running waits, and says so. */
  private async once(
    key: string,
    params: Record<string, unknown>,
    work: (attempt: number) => Promise<void>,
  ): Promise<void> {
    const run = async (onRunning: 'refuse' | 'wait') => {
      // A failed plan is no answer for the next hour: its cause may be mended by then.
      const options = { key, onRunning, isTerminal: () => false } as const;
      const { replayed } = await this.ports.idempotency.run(
        'plan_week',
        params,
        ({ fence }) => work(fence).then(() => null),
        options,
      );
      // Planned before, and yet not stored: somebody has removed the week. The old result stands for nothing.
      if (replayed) await this.ports.idempotency.forget('plan_week', key);
      return replayed;
    };
    try {
      await run('refuse');
    } catch (error) {
      if (!isErosError(error, 'operation_in_progress')) throw error;
      this.ports.logger.warn(
        { ...params },
        'another process plans this week, or was killed while it did: waiting for it',
      );
      await run('wait');
    }
  }

  private async runSaga(sagaId: string, request: WeekRequest): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.planning.run({ sagaId: `${sagaId}.${attempt}`, creatorId: request.creatorId, input: request });
        return;
      } catch (error) {
        const cause = isErosError(error, 'saga_failed') ? error.cause : undefined;
        if (!isErosError(cause)) throw error;
        if (cause.code !== 'stale_version' || attempt === STALE_TRIES) throw cause;
      }
    }
  }

  /**
   * Plans a week for many creators, the active ones if none are named. One creator's failure does not stop the others.
   *
   * @param request.signal stops after the creators in hand; the rest is not planned.
   */
  async planFleet(request: {
    weekStart: string;
    creatorIds?: readonly string[];
    asOf?: AsOf;
    onProgress?: (progress: { done: number; total: number; failed: number }) => void;
    signal?: AbortSignal;
  }): Promise<FleetReport> {
    const { weekStart, asOf, onProgress, signal } = request;
    assertMonday(weekStart);
    const all =
      request.creatorIds ?? (await this.ports.creators.list({ isActive: true })).map(({ creatorId }) => creatorId);
    const planned: string[] = [];
    const already: string[] = [];
    const failed: { creatorId: string; code: string; message: string }[] = [];
    const queue = [...new Set(all)];
    const total = queue.length;
    const work = async (): Promise<void> => {
      for (let creatorId = queue.shift(); creatorId !== undefined && !signal?.aborted; creatorId = queue.shift()) {
        try {
          const { isNew } = await this.planOnce({ creatorId, weekStart, ...(asOf ? { asOf } : {}) });
          (isNew ? planned : already).push(creatorId);
        } catch (error) {
          if (!isErosError(error)) throw error;
          failed.push({ creatorId, code: error.code, message: error.message });
        }
        onProgress?.({ done: planned.length + already.length + failed.length, total, failed: failed.length });
      }
    };
    await Promise.all(Array.from({ length: FLEET_AT_ONCE }, work));
    return { weekStart, total, planned: planned.sort(), already: already.sort(), failed };
  }

  /** The stored plan of a week. @throws {UnknownCreatorError} */
  async get(creatorId: string, weekStart: string): Promise<WeekPlan | undefined> {
    assertMonday(weekStart);
    const creator = await this.ports.creators.find(creatorId);
    if (!creator) throw new UnknownCreatorError(creatorId);
    const week = await this.ports.schedules.find(creatorId, weekStart);
    if (!week) return undefined;
    return weekView(week, creator.timeZone, await this.ports.predictions.find(creatorId, weekStart));
  }

  /**
   * Moves a planned week on: approved and queued weeks are never replanned.
   *
   * @throws {UnknownWeekError}
   * @throws {InvalidTransitionError} which names the moves allowed.
   */
  async setStatus(templateId: number, status: TemplateStatus): Promise<void> {
    if (!TEMPLATE_STATUSES.includes(status)) {
      throw new InvalidSettingsError('status', JSON.stringify(status), TEMPLATE_STATUSES.join(', '));
    }
    await this.ports.unitOfWork.transaction(async (tx) => {
      const head = await this.ports.schedules.head(templateId, tx);
      if (!head) throw new UnknownWeekError(`with template id ${templateId}`);
      assertStatusMove(templateId, head.status, status);
      if (head.status === status) return;
      await this.ports.schedules.setStatus(templateId, status, tx);
      const { creatorId, weekStart } = head;
      const details = { weekStart, templateId, from: head.status, to: status };
      await this.ports.operations.append(
        { type: 'week_status_changed', creatorId, atMs: this.ports.clock.nowMs(), details },
        tx,
      );
    });
  }

  /**
   * What the host is to send now: items scheduled before `before` of which nothing was reported yet, oldest first. Follow-ups
   * are due only after their PPV was reported as sent, and never once they were called off.
   *
   * @param query.limit 1..10,000; default 100.
   */
  async due({
    before,
    creatorId,
    limit = 100,
  }: {
    before: Date;
    creatorId?: string;
    limit?: number;
  }): Promise<DueItem[]> {
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) {
      throw new InvalidSettingsError('limit', String(limit), 'a whole number from 1 to 10000');
    }
    const beforeMs = instantOf('before', before);
    const items = await this.ports.schedules.due({
      beforeMs,
      limit,
      ...(creatorId === undefined ? {} : { creatorId }),
    });
    return items.map(dueView);
  }

  /**
   * Records what became of an item: `sent`, `failed` (it surely did not go out), or `unknown` (nobody can tell). An unknown one
   * is never due again: an imported message with its id, or an operator's report, resolves it. The same report twice is fine.
   *
   * @throws {UnknownItemError}
   * @throws {InvalidTransitionError} for a report that contradicts what is known: what was sent stays sent.
   */
  async recordSend(itemId: number, send: { status: SendStatus; at: Date; messageId?: string }): Promise<void> {
    if (!['sent', 'failed', 'unknown'].includes(send.status)) {
      throw new InvalidSettingsError('status', JSON.stringify(send.status), 'sent, failed or unknown');
    }
    const atMs = instantOf('at', send.at);
    await this.ports.unitOfWork.transaction((tx) =>
      this.saveSend(itemId, { status: send.status, atMs, messageId: send.messageId }, tx),
    );
  }

  private async saveSend(
    itemId: number,
    report: { status: SendStatus; atMs: number; messageId: string | undefined },
    tx: Transaction,
  ): Promise<void> {
    const { schedules, followups, operations, clock } = this.ports;
    const item = await schedules.item(itemId, tx);
    if (!item) throw new UnknownItemError(itemId);
    const next = recordSend(itemId, item.send, report);
    await schedules.saveSend(itemId, next, tx);
    const { creatorId, parentItemId } = item;
    if (next.status === 'sent' && parentItemId !== undefined) {
      for (const { followupId, followup } of await followups.ofParent(
        { creatorId, parentPpvId: String(parentItemId) },
        tx,
      )) {
        // Its gap is that of what was really sent.
        const parentMs = (await schedules.item(parentItemId, tx))?.send?.atMs ?? followup.parentMs;
        const decision = decideFollowup({ type: 'record', parentMs, followupMs: next.atMs }, followup);
        if (decision.type === 'refused') continue; // called off or recorded before
        await followups.close(followupId, decision.events.reduce(evolveFollowup, followup), tx);
      }
    }
    const details = {
      itemId,
      status: next.status,
      ...(next.messageId === undefined ? {} : { messageId: next.messageId }),
    };
    await operations.append({ type: 'item_sent', creatorId, atMs: clock.nowMs(), details }, tx);
  }
}
