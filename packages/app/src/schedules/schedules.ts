import {
  assertMonday,
  assertReplaceable,
  assertStorableText,
  assertStatusMove,
  assertWhy,
  InvalidSettingsError,
  isErosError,
  reconcileUnknown,
  recordSend,
  SagaFailedError,
  TEMPLATE_STATUSES,
  UnknownCreatorError,
  UnknownItemError,
  UnknownWeekError,
  weekStartingOn,
  type DuePlanItem,
  type Ids,
  type Logger,
  type RecordedSend,
  type SendStatus,
  type SendStore,
  type TemplateStatus,
  type Transaction,
  type UnitOfWork,
  type Why,
} from '@eros/domain';
import type { DueItem, FleetReport, WeekPlan } from '../api.js';
import type { Schedule } from '../breaker/schedule.js';
import { instantOf } from '../instant-of.js';
import type { Idempotency } from '../idempotency.js';
import type { Saga, Sagas } from '../sagas/index.js';
import { causeOfStep } from './hopeless.js';
import { firstWeekPlanning, weekPlanning } from './week-planning.js';
import type { WeekPlanningPorts } from './week-planning-ports.js';
import { wishOf, type WeekRequest } from './week-request.js';
import { FleetSagas, type FleetSagasPorts, type FleetWork } from './fleet-sagas.js';
import { hasMetMovedRotation } from './moved-rotation.js';
import { assertNotMoved } from './moved-week.js';
import { planFleet } from './plan-fleet.js';
import { resolveUnknown } from './resolve-unknown.js';
import { settleFollowup } from './settle-followup.js';
import { dueView, weekView } from './week-view.js';

export interface SchedulesPorts extends WeekPlanningPorts {
  readonly sends: Pick<SendStore, 'find'>;
  readonly unitOfWork: UnitOfWork;
  readonly idempotency: Pick<Idempotency, 'run' | 'forget'>;
  readonly sagas: Pick<Sagas, 'define'>;
  readonly sagaStore: FleetSagasPorts['sagaStore'];
  readonly failures: FleetSagasPorts['failures'];
  readonly schedule: Schedule;
  readonly keepAlive: () => () => void;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** An instant, or the creator-local start of the week: for replaying past weeks with what was known before them. */
export type AsOf = Date | 'week_start';

/** The operation that plans run as, once per creator and week. */
const OPERATION = 'plan_week';
/** How often a plan starts over when the rotation was moved under it. */
const STALE_TRIES = 5;

/** Plans weeks, shows what is due, and keeps the send ledger. */
export class Schedules {
  private readonly planning: Saga<WeekRequest>;
  private readonly fleet: FleetSagas;

  constructor(private readonly ports: SchedulesPorts) {
    const again = (request: WeekRequest): Promise<void> => this.fleet.putInLineAgain(request);
    this.planning = ports.sagas.define(weekPlanning(ports, again));
    ports.sagas.define(firstWeekPlanning(ports));
    this.fleet = new FleetSagas(ports, this.planning);
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
    const key = `${creatorId}:${weekStart}`;
    for (;;) {
      const replayed = await this.once(key, { creatorId, weekStart }, () =>
        this.runSaga({ creatorId, weekStart, asOfMs }),
      );
      const plan = await this.get(creatorId, weekStart);
      if (plan) return { plan, isNew: !replayed };
      if (!replayed) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
      // Planned within the last hour, and yet not stored: somebody has removed the week. The old result stands for nothing.
      await this.ports.idempotency.forget(OPERATION, key);
    }
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.replanOnce({ creatorId, weekStart, why });
      } catch (error) {
        // Another replan, or the undo of one, came between: what there is now is to be replaced.
        if (!isErosError(error, 'stale_version') || attempt === STALE_TRIES) throw error;
      }
    }
  }

  private async replanOnce({ creatorId, weekStart, why }: { creatorId: string; weekStart: string; why: Why }) {
    const stored = await this.ports.schedules.find(creatorId, weekStart);
    if (!stored) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
    assertReplaceable(stored);
    const { templateId, replacedCount } = stored;
    const replan = { templateId, round: replacedCount + 1, why };
    const request = { creatorId, weekStart, asOfMs: this.ports.clock.nowMs(), replan };
    // A template's rounds only grow, and a withdrawn one's number does not come back: no replay can stand for another wish.
    const params = { creatorId, weekStart, templateId, round: replan.round };
    await this.once(`${creatorId}:${weekStart}:${templateId}:${replan.round}`, params, () => this.runSaga(request));
    const plan = await this.get(creatorId, weekStart);
    if (!plan) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
    return plan;
  }

  /**
   * Runs the work once for all callers of the key; whoever finds it running waits, and says so.
   *
   * @returns whether another caller did the work.
   */
  private async once(key: string, params: Record<string, unknown>, work: () => Promise<void>): Promise<boolean> {
    const run = async (onRunning: 'refuse' | 'wait') => {
      // A failed plan is no answer for the next hour: its cause may be mended by then.
      const options = { key, onRunning, isTerminal: () => false } as const;
      return (await this.ports.idempotency.run(OPERATION, params, () => work().then(() => null), options)).replayed;
    };
    try {
      return await run('refuse');
    } catch (error) {
      if (!isErosError(error, 'operation_in_progress')) throw error;
      this.ports.logger.warn({ ...params }, 'somebody else plans this week, or was killed while they did: waiting');
      return run('wait');
    }
  }

  private async runSaga(request: WeekRequest): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // An id of its own for every run: records of earlier ones, which may have failed, stay in the journal.
        const sagaId = `${wishOf(request)}:${this.ports.ids.next()}`;
        await this.planning.run({ sagaId, creatorId: request.creatorId, input: request });
        return;
      } catch (error) {
        if (!(error instanceof SagaFailedError)) throw error;
        if (await this.isStale(error)) {
          // Another run of the same request could only meet that again.
          assertNotMoved(request, await this.ports.schedules.find(request.creatorId, request.weekStart));
          if (attempt < STALE_TRIES) continue;
        }
        throw this.causeOf(error);
      }
    }
  }

  /** The rotation, or the week, was moved while this one was composed. Where another process has met it, the journal tells. */
  private async isStale({ sagaId, cause }: SagaFailedError): Promise<boolean> {
    if (cause !== undefined) return isErosError(causeOfStep(cause), 'stale_version');
    return hasMetMovedRotation(this.ports.sagaStore, sagaId);
  }

  /** Our own errors are the caller's to know by their codes; whatever else a port threw is told as a failed saga. */
  private causeOf(failed: SagaFailedError): Error {
    const cause = causeOfStep(failed.cause);
    if (isErosError(cause)) return cause;
    if (cause === failed.cause) return failed;
    const { sagaId, status, isStuck, failedStep, reason } = failed;
    return new SagaFailedError(sagaId, status, isStuck, failedStep, reason, { cause });
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
    const { weekStart, asOf } = request;
    assertMonday(weekStart);
    if (asOf !== undefined && asOf !== 'week_start') instantOf('asOf', asOf);
    const creatorIds = await this.creatorIds(request);
    const planOne = (creatorId: string) => this.planOnce({ creatorId, weekStart, ...(asOf ? { asOf } : {}) });
    return planFleet({ ...request, creatorIds }, planOne, this.ports.logger);
  }

  /**
   * Puts the planning of a week in line for the workers, which are all started engines on the database: one saga for each creator,
   * the active ones if none are named. Asked for again, it adds what is missing and nothing else.
   *
   * @param request.asOf plan with what was known then. Default: now.
   */
  async startFleet(request: { weekStart: string; creatorIds?: readonly string[]; asOf?: Date }): Promise<FleetWork> {
    const { weekStart, asOf } = request;
    assertMonday(weekStart);
    const asOfMs = asOf === undefined ? this.ports.clock.nowMs() : instantOf('asOf', asOf);
    return this.fleet.enqueue(weekStart, await this.creatorIds(request), asOfMs);
  }

  private async creatorIds({ creatorIds }: { creatorIds?: readonly string[] }): Promise<readonly string[]> {
    return creatorIds ?? (await this.ports.creators.list({ isActive: true })).map(({ creatorId }) => creatorId);
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
    await this.ports.unitOfWork.transaction(
      async (tx) => {
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
      },
      { isRepeatable: true },
    );
  }

  /**
   * What the host is to send now: items scheduled before `before` of which nothing was reported yet, oldest first. Follow-ups
   * are due only after their PPV was reported as sent, and never once they were called off.
   *
   * @param query.limit 1..10,000; default 100.
   * @throws {UnknownCreatorError}
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
    const isNobody = items.length === 0 && creatorId !== undefined && !(await this.ports.creators.find(creatorId));
    if (isNobody) throw new UnknownCreatorError(creatorId);
    return items.map(dueView);
  }

  /**
   * Records what became of an item: `sent`, `failed` (it surely did not go out), or `unknown` (nobody can tell). An unknown one
   * is never due again: an imported message with its id, also one that was imported before, or an operator's report, resolves it.
   * The same report twice is fine.
   *
   * @throws {UnknownItemError}
   * @throws {InvalidSettingsError} for a follow-up sent before its PPV, and for a message id that is blank.
   * @throws {InvalidTransitionError} for a report that contradicts what is known: what was sent stays sent.
   */
  async recordSend(itemId: number, send: { status: SendStatus; at: Date; messageId?: string }): Promise<void> {
    if (!['sent', 'failed', 'unknown'].includes(send.status)) {
      throw new InvalidSettingsError('status', JSON.stringify(send.status), 'sent, failed or unknown');
    }
    // A blank one would be found by no import, and no other could take its place.
    if (send.messageId !== undefined) assertStorableText('messageId', send.messageId);
    const atMs = instantOf('at', send.at);
    await this.ports.unitOfWork.transaction(
      (tx) => this.saveSend(itemId, { status: send.status, atMs, messageId: send.messageId }, tx),
      { isRepeatable: true },
    );
  }

  private async saveSend(
    itemId: number,
    report: { status: SendStatus; atMs: number; messageId: string | undefined },
    tx: Transaction,
  ): Promise<void> {
    const { schedules, operations, clock } = this.ports;
    const item = await schedules.item(itemId, tx);
    if (!item) throw new UnknownItemError(itemId);
    const next = recordSend(itemId, item.send, report);
    await schedules.saveSend(itemId, next, tx);
    const { creatorId } = item;
    await settleFollowup(this.ports, item, next, tx);
    const details = {
      itemId,
      status: next.status,
      ...(next.messageId === undefined ? {} : { messageId: next.messageId }),
    };
    await operations.append({ type: 'item_sent', creatorId, atMs: clock.nowMs(), details }, tx);
    if (next.status === 'unknown' && next.messageId !== undefined) await this.reconcile(item, next, tx);
  }

  /** The message may have been imported before anybody knew that its fate was unknown. */
  private async reconcile(
    { itemId, creatorId, captionId }: DuePlanItem,
    { messageId, atMs }: RecordedSend,
    tx: Transaction,
  ): Promise<void> {
    const imported = messageId === undefined ? [] : await this.ports.sends.find([messageId], tx);
    const mine = imported.filter((send) => send.creatorId === creatorId);
    for (const proof of reconcileUnknown([{ itemId, creatorId, captionId, atMs, messageId }], mine)) {
      await resolveUnknown(this.ports, proof, this.ports.clock.nowMs(), tx);
    }
  }
}
