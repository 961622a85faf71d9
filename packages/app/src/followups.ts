import {
  addDays,
  assertWhy,
  decideFollowup,
  evolveFollowup,
  gapOf,
  instantAt,
  InvalidSettingsError,
  InvalidTransitionError,
  localTimeAt,
  planFollowup,
  STRUCTURES,
  UnknownCreatorError,
  UnknownFollowupError,
  type Clock,
  type Creator,
  type CreatorStore,
  type Followup as DomainFollowup,
  type FollowupCommand,
  type FollowupStore,
  type OperationLog,
  type OperationType,
  type PlanSettings,
  type ScheduleStore,
  type StoredFollowup,
  type Structure,
  type Transaction,
  type UnitOfWork,
  type Why,
} from '@eros/domain';
import { instantOf } from './instant-of.js';

/** The second message about a PPV. */
export interface Followup {
  readonly followupId: number;
  readonly creatorId: string;
  readonly parentPpvId: string;
  readonly parentTime: Date;
  /** When it is due, or, once sent, when it went out. */
  readonly followupTime: Date;
  readonly gapMinutes: number;
  /** Whether the gap is 15 to 45 minutes, both included. */
  readonly isOptimalWindow: boolean;
  /** Of the parent: `winner`, `bundle`, `wall`, or a word of the predecessor's. */
  readonly ppvType: string;
  readonly status: 'planned' | 'sent' | 'cancelled';
  /** Who or what called it off: an operator, or `purchase` or `reply`. */
  readonly cancelled?: Why & { readonly at: Date };
}

/**
 * Why a parent gets no follow-up: its window lies in quiet hours, its day has all it may have, one was called off before, or
 * one has been sent.
 */
export type FollowupRefusal = 'quiet_hours' | 'day_full' | 'already_cancelled' | 'already_sent';

export interface FollowupsPorts {
  readonly creators: CreatorStore;
  readonly followups: FollowupStore;
  readonly schedules: ScheduleStore;
  readonly operations: OperationLog;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly settings: Pick<PlanSettings, 'quietHours' | 'followupLimit'>;
}

/**
 * When to send a second message about a PPV. Every call that writes is one transaction with its row in the operation log.
 *
 * A parent is named by the text the host knows it by; a PPV of a planned week by its `itemId`, as text.
 */
export class Followups {
  constructor(private readonly ports: FollowupsPorts) {}

  /**
   * Plans the follow-up of a PPV that was sent, 15 to 45 minutes behind it and outside quiet hours: always at the same gap for
   * the same parent. Of the places of the parent's creator-local day (4), it takes the first free one. A parent that has a
   * planned follow-up keeps it, and gets it back here.
   *
   * @throws {UnknownCreatorError}
   */
  async plan(parent: {
    creatorId: string;
    ppvId: string;
    sentAt: Date;
    ppvType: Structure;
  }): Promise<{ planned: true; followup: Followup } | { planned: false; reason: FollowupRefusal }> {
    const { creatorId, ppvId, ppvType } = parent;
    const parentMs = instantOf('sentAt', parent.sentAt);
    assertText('ppvId', ppvId);
    assertStructure(ppvType);
    return this.ports.unitOfWork.transaction(
      async (tx) => {
        const { followups, settings } = this.ports;
        const { timeZone } = await this.creator(creatorId, tx);
        const before = await followups.ofParent({ creatorId, parentPpvId: ppvId }, tx);
        const planned = before.find(({ followup }) => followup.status === 'planned');
        if (planned) return { planned: true, followup: viewOf(planned) };
        const time = planFollowup({ creatorId, parentKey: ppvId, parentMs, timeZone, quietHours: settings.quietHours });
        const refusal =
          refusalOf(before) ?? ('reason' in time ? time.reason : await this.fullDay(creatorId, parentMs, timeZone, tx));
        if (refusal || 'reason' in time) {
          const reason = refusal ?? 'quiet_hours';
          await this.log('followup_refused', creatorId, { parentPpvId: ppvId, reason }, tx);
          return { planned: false, reason };
        }
        const facts = { creatorId, parentPpvId: ppvId, parentMs, followupMs: time.atMs, plannedMs: time.atMs, ppvType };
        return {
          planned: true,
          followup: await this.insert({ ...facts, status: 'planned' }, 'followup_scheduled', tx),
        };
      },
      { isRepeatable: true },
    );
  }

  /**
   * Records a follow-up that was sent, whenever that was. The parent's planned one, if there is one, becomes this one; recording
   * the same again changes nothing.
   *
   * @throws {InvalidSettingsError} for a follow-up before its parent.
   * @throws {UnknownCreatorError}
   */
  async record(followup: {
    creatorId: string;
    parentPpvId: string;
    parentTime: Date;
    followupTime: Date;
    ppvType: Structure;
  }): Promise<Followup> {
    const { creatorId, parentPpvId, ppvType } = followup;
    const parentMs = instantOf('parentTime', followup.parentTime);
    const followupMs = instantOf('followupTime', followup.followupTime);
    assertText('parentPpvId', parentPpvId);
    assertStructure(ppvType);
    if (followupMs < parentMs) {
      const given = `${followup.followupTime.toISOString()}, before its parent`;
      throw new InvalidSettingsError('followupTime', given, `an instant from ${followup.parentTime.toISOString()} on`);
    }
    return this.ports.unitOfWork.transaction(
      async (tx) => {
        await this.creator(creatorId, tx);
        const before = await this.ports.followups.ofParent({ creatorId, parentPpvId }, tx);
        const same = before.find(
          ({ followup: { status, followupMs: atMs } }) => status === 'sent' && atMs === followupMs,
        );
        if (same) return viewOf(same);
        const planned = before.find(({ followup: { status } }) => status === 'planned');
        if (!planned) {
          return this.insert(
            { creatorId, parentPpvId, parentMs, followupMs, ppvType, status: 'sent' },
            'followup_recorded',
            tx,
          );
        }
        const sent = after(planned, { type: 'record', parentMs, followupMs });
        await this.ports.followups.close(planned.followupId, sent, tx);
        await this.log('followup_recorded', creatorId, detailsOf(planned.followupId, sent), tx);
        return viewOf({ ...planned, followup: sent });
      },
      { isRepeatable: true },
    );
  }

  /**
   * Tells that somebody bought a PPV or replied to it: follow-ups of it that are not yet due at that instant are called off.
   * A PPV of a planned week may be named by its item id or by the message id that it was reported under.
   *
   * @returns how many were.
   * @throws {UnknownCreatorError}
   */
  async recordResponse(response: {
    creatorId: string;
    ppvId: string;
    kind: 'purchase' | 'reply';
    at: Date;
  }): Promise<{ cancelled: number }> {
    const { creatorId, ppvId, kind } = response;
    const atMs = instantOf('at', response.at);
    assertText('ppvId', ppvId);
    if (kind !== 'purchase' && kind !== 'reply') {
      throw new InvalidSettingsError('kind', JSON.stringify(kind), 'purchase or reply');
    }
    return this.ports.unitOfWork.transaction(
      async (tx) => {
        await this.creator(creatorId, tx);
        let cancelled = 0;
        const item = await this.ports.schedules.itemOfMessage(creatorId, ppvId, tx);
        const names = item ? [ppvId, String(item.itemId)] : [ppvId];
        const stored = await Promise.all(
          names.map((name) => this.ports.followups.ofParent({ creatorId, parentPpvId: name }, tx)),
        );
        for (const each of stored.flat()) {
          const next = after(each, { type: 'respond', kind, atMs });
          if (next === each.followup) continue;
          await this.callOff(each, next, tx);
          cancelled += 1;
        }
        return { cancelled };
      },
      { isRepeatable: true },
    );
  }

  /**
   * Calls a planned follow-up off. It will not be due, and its parent gets no other.
   *
   * @throws {UnknownFollowupError}
   * @throws {InvalidTransitionError} when it was sent or called off before.
   * @throws {InvalidSettingsError} without a name or a reason.
   */
  async cancel(followupId: number, why: Why): Promise<void> {
    assertWhy(why);
    await this.ports.unitOfWork.transaction(
      async (tx) => {
        const stored = await this.ports.followups.find(followupId, tx);
        if (!stored) throw new UnknownFollowupError(followupId);
        const { by, reason } = why;
        await this.callOff(stored, after(stored, { type: 'cancel', by, reason, atMs: this.ports.clock.nowMs() }), tx);
      },
      { isRepeatable: true },
    );
  }

  /** Closes it, and the item of the planned week that it stands for, so that this is never due either. */
  private async callOff(
    { followupId, followup: before }: StoredFollowup,
    next: DomainFollowup,
    tx: Transaction,
  ): Promise<void> {
    const { followups, schedules } = this.ports;
    await followups.close(followupId, next, tx);
    await schedules.cancelItems(await this.itemsOf(before, tx), tx);
    await this.log('followup_cancelled', next.creatorId, detailsOf(followupId, next), tx);
  }

  /** A host's own name for a PPV may look like an item's id: creator and due time have to agree too. */
  private async itemsOf({ creatorId, parentPpvId, followupMs }: DomainFollowup, tx: Transaction): Promise<number[]> {
    if (!/^[1-9]\d{0,14}$/.test(parentPpvId)) return [];
    const parent = await this.ports.schedules.item(Number(parentPpvId), tx);
    if (!parent || parent.creatorId !== creatorId) return [];
    const week = await this.ports.schedules.find(creatorId, parent.weekStart, tx);
    const ofParent = week?.items.filter(({ parentItemId }) => parentItemId === parent.itemId) ?? [];
    return ofParent.filter(({ scheduledAtMs }) => scheduledAtMs === followupMs).map(({ itemId }) => itemId);
  }

  private async fullDay(
    creatorId: string,
    parentMs: number,
    timeZone: string,
    tx: Transaction,
  ): Promise<'day_full' | undefined> {
    const { date } = localTimeAt(timeZone, parentMs);
    const day = { fromMs: instantAt(timeZone, date, 0), untilMs: instantAt(timeZone, addDays(date, 1), 0) };
    const count = await this.ports.followups.countOfParents({ creatorId, ...day }, tx);
    return count >= this.ports.settings.followupLimit ? 'day_full' : undefined;
  }

  private async insert(followup: DomainFollowup, type: OperationType, tx: Transaction): Promise<Followup> {
    const followupId = await this.ports.followups.insert(followup, this.ports.clock.nowMs(), tx);
    await this.log(type, followup.creatorId, detailsOf(followupId, followup), tx);
    return viewOf({ followupId, followup });
  }

  private async log(
    type: OperationType,
    creatorId: string,
    details: Readonly<Record<string, unknown>>,
    tx: Transaction,
  ) {
    await this.ports.operations.append({ type, creatorId, atMs: this.ports.clock.nowMs(), details }, tx);
  }

  private async creator(creatorId: string, tx: Transaction): Promise<Creator> {
    const creator = await this.ports.creators.find(creatorId, tx);
    if (!creator) throw new UnknownCreatorError(creatorId);
    return creator;
  }
}

/** The follow-up after a command. Throws `invalid_transition` when it is refused. */
function after({ followupId, followup }: StoredFollowup, command: FollowupCommand): DomainFollowup {
  const decision = decideFollowup(command, followup);
  if (decision.type === 'refused') {
    throw new InvalidTransitionError(`follow-up ${followupId}`, followup.status, decision.to, decision.allowed);
  }
  return decision.events.reduce(evolveFollowup, followup);
}

/** A parent has one follow-up: what was called off or sent is not planned again. */
function refusalOf(before: readonly StoredFollowup[]): FollowupRefusal | undefined {
  if (before.some(({ followup }) => followup.status === 'sent')) return 'already_sent';
  return before.length > 0 ? 'already_cancelled' : undefined;
}

function viewOf({ followupId, followup }: StoredFollowup): Followup {
  const { creatorId, parentPpvId, parentMs, followupMs, ppvType, status } = followup;
  const times = { parentTime: new Date(parentMs), followupTime: new Date(followupMs) };
  const view = { followupId, creatorId, parentPpvId, ...times, ...gapOf(followup), ppvType, status };
  if (followup.status !== 'cancelled') return view;
  const { atMs, by, reason } = followup.cancellation;
  return { ...view, cancelled: { by, reason, at: new Date(atMs) } };
}

function detailsOf(followupId: number, followup: DomainFollowup): Readonly<Record<string, unknown>> {
  const { parentPpvId, followupMs } = followup;
  const { gapMinutes } = gapOf(followup);
  const why =
    followup.status === 'cancelled' ? { by: followup.cancellation.by, reason: followup.cancellation.reason } : {};
  return { followupId, parentPpvId, followupTime: new Date(followupMs).toISOString(), gapMinutes, ...why };
}

function assertText(setting: string, given: string): void {
  if (typeof given === 'string' && given.trim() !== '') return;
  throw new InvalidSettingsError(setting, JSON.stringify(given) ?? 'missing', 'a text that is not blank');
}

function assertStructure(given: Structure): void {
  if (!STRUCTURES.includes(given))
    throw new InvalidSettingsError('ppvType', JSON.stringify(given) ?? 'missing', STRUCTURES.join(', '));
}
