import {
  assessLearning,
  assertWhy,
  isMeasurable,
  learnWeek,
  nextOffset,
  nothingLearnt,
  UnknownCreatorError,
  weekStartingOn,
  type Creator,
  type LearningRecord,
  type OffsetInput,
  type StoredOutcome,
  type Transaction,
  type VolumeDecision,
  type Why,
} from '@eros/domain';
import type { AppliedSignal, ApplyReport, LearningStatus, MeasuredWeek, MeasureReport } from '../api.js';
import { instantOf } from '../instant-of.js';
import { MEASURING_HISTORY_MS, plannedOf, seedState } from './measuring.js';
import { WeekMeasurer, type WeekMeasurerPorts } from './week-measurer.js';

export type LearningPorts = WeekMeasurerPorts;

/** Measures finished weeks and learns the right volume from them. */
export class Learning {
  private readonly measurer: WeekMeasurer;

  constructor(private readonly ports: LearningPorts) {
    this.measurer = new WeekMeasurer(ports);
  }

  /**
   * Measures every planned week that is over and whose data is there: its prediction gets its outcome, the learner its signal. A
   * week whose data may still come stays unmeasured and is listed as awaiting it.
   *
   * @param options.asOf act as if it were then: later weeks are left alone. Default: now.
   * @param options.completeThrough the caller's word that no send before this instant is missing.
   */
  async measure(options: { asOf?: Date; completeThrough?: Date } = {}): Promise<MeasureReport> {
    const nowMs = options.asOf === undefined ? this.ports.clock.nowMs() : instantOf('asOf', options.asOf);
    const completeThroughMs = options.completeThrough && instantOf('completeThrough', options.completeThrough);
    const latestMs = await this.ports.breakers.run('message_history', () => this.ports.history.latestSentAtMs());
    const reach = {
      completeThroughMs: completeThroughMs === undefined ? undefined : Math.min(completeThroughMs, nowMs),
      latestSendMs: latestMs === undefined ? undefined : Math.min(latestMs, nowMs),
    };
    const measured: MeasuredWeek[] = [];
    const awaitingData: { creatorId: string; weekStart: string; reason: string }[] = [];
    for (const prediction of await this.ports.predictions.unmeasured(new Date(nowMs).toISOString().slice(0, 10))) {
      const { creatorId, weekStart } = prediction;
      const creator = await this.creatorOf(creatorId);
      const week = weekStartingOn(weekStart, creator.timeZone);
      if (nowMs < week.endMs) continue;
      if (isMeasurable(week, nowMs, reach)) {
        const done = await this.measurer.measure(creator, prediction, nowMs);
        if (done) measured.push(done);
      } else {
        awaitingData.push({
          creatorId,
          weekStart,
          reason: 'no imported send is later than a day after the week; import, or say completeThrough',
        });
      }
    }
    return { measured, awaitingData };
  }

  /**
   * Applies every signal that was not applied yet, once, in week order: the flag and what was learnt commit together. Each
   * moves its creator's offset by at most one send a day.
   */
  async apply(): Promise<ApplyReport> {
    const applied: AppliedSignal[] = [];
    for (const outcome of await this.ports.outcomes.unapplied()) {
      const creator = await this.creatorOf(outcome.creatorId);
      const seeds = await this.seedsFor(creator, outcome);
      const signal = await this.ports.unitOfWork.transaction((tx) => this.applyOne(outcome, seeds, tx), {
        isRepeatable: true,
      });
      if (signal) applied.push(signal);
    }
    return { applied };
  }

  /** Where learning begins for a creator of whom nothing was learnt. */
  private async seedsFor(creator: Creator, outcome: StoredOutcome) {
    const { creatorId, timeZone } = creator;
    const known = await this.ports.learning.load(creatorId);
    if (known?.value.state) return undefined;
    const { startMs } = weekStartingOn(outcome.weekStart, timeZone);
    const query = { creatorId, fromMs: startMs - MEASURING_HISTORY_MS, untilMs: startMs };
    const sends = await this.ports.breakers.run('message_history', () => this.ports.history.sends(query));
    return seedState({ creator, sends, prediction: plannedOf(outcome) });
  }

  private async applyOne(
    outcome: StoredOutcome,
    seeds: ReturnType<typeof seedState> | undefined,
    tx: Transaction,
  ): Promise<AppliedSignal | undefined> {
    const { outcomes, learning, volumeLog, operations, clock } = this.ports;
    const { creatorId, weekStart, week, fatigue } = outcome;
    const stored = await learning.load(creatorId, tx);
    const nowMs = clock.nowMs();
    const record = stored?.value ?? nothingLearnt(creatorId, nowMs);
    const base = record.state ?? seeds?.state;
    if (!base) throw new Error(`bug: learning of "${creatorId}" has nowhere to begin`);
    const isLate = base.lastWeek !== null && week.weekStart <= base.lastWeek;
    // A week planned and measured after later ones were learnt from comes too late to teach: order is part of the evidence.
    const state = isLate ? base : learnWeek(base, week);
    const decision = (await volumeLog.get(outcome.logId, tx))?.decision;
    if (!decision) throw new Error(`bug: no volume decision ${outcome.logId}`);
    const input: OffsetInput = {
      state,
      computedVolume: computedVolume(decision),
      lastOffset: record.offset,
      weeksAtOffset: isLate ? 0 : record.weeksAtOffset,
      fatigue,
      isFrozen: record.frozen !== undefined,
      seed: `${creatorId} ${weekStart}`,
    };
    const step = nextOffset(input);
    if (!(await outcomes.markApplied(outcome.outcomeId, { appliedAtMs: nowMs, input, decision: step }, tx)))
      return undefined;
    const next: LearningRecord = {
      ...record,
      state,
      seededWith: record.state ? record.seededWith : (seeds?.seededWith ?? []),
      offset: step.offset,
      guard: step.guard,
      weeksAtOffset: step.offset === record.offset ? record.weeksAtOffset + 1 : 1,
      lastWeek: isLate ? record.lastWeek : weekStart,
      updatedAtMs: nowMs,
    };
    await learning.save(next, stored?.version ?? 0, tx);
    const applied: AppliedSignal = {
      creatorId,
      weekStart,
      signal: outcome.signal,
      offsetBefore: record.offset,
      offsetAfter: step.offset,
      guard: step.guard,
    };
    await operations.append({ type: 'learning_applied', creatorId, atMs: nowMs, details: { ...applied } }, tx);
    return applied;
  }

  /** What is known of a creator's best volume. @throws {UnknownCreatorError} */
  async status(creatorId: string): Promise<LearningStatus> {
    await this.creatorOf(creatorId);
    const record = (await this.ports.learning.load(creatorId))?.value;
    const frozen = record?.frozen && {
      by: record.frozen.by,
      reason: record.frozen.reason,
      at: new Date(record.frozen.atMs),
    };
    const common = {
      creatorId,
      offset: record?.offset ?? 0,
      ...(record?.guard ? { guard: record.guard } : {}),
      ...(frozen ? { frozen } : {}),
    };
    if (!record?.state) return { ...common, signal: 0, confidence: 0, weeksLearnt: 0 };
    const { state, lastWeek } = record;
    const [last] = (await this.ports.outcomes.list(creatorId)).filter((outcome) => outcome.weekStart === lastWeek);
    const volume = last && last.week.volume > 0 ? last.week.volume : state.beginsAtVolume;
    const { posterior, signal, confidence } = assessLearning(state, volume, last?.fatigue ?? 0);
    return {
      ...common,
      signal,
      confidence,
      weeksLearnt: state.weekCount,
      ...(lastWeek ? { lastWeek } : {}),
      posterior,
      state,
    };
  }

  /** Keeps the learnt offset where it is until `unfreeze`. @throws {UnknownCreatorError} */
  async freeze(creatorId: string, why: Why): Promise<void> {
    await this.setFrozen(creatorId, why, true);
  }

  /** Lets the offset move again. @throws {UnknownCreatorError} */
  async unfreeze(creatorId: string, why: Why): Promise<void> {
    await this.setFrozen(creatorId, why, false);
  }

  private async setFrozen(creatorId: string, why: Why, isFrozen: boolean): Promise<void> {
    assertWhy(why);
    const { by, reason } = why;
    await this.creatorOf(creatorId);
    await this.ports.unitOfWork.transaction(
      async (tx) => {
        const nowMs = this.ports.clock.nowMs();
        const stored = await this.ports.learning.load(creatorId, tx);
        const record = stored?.value ?? nothingLearnt(creatorId, nowMs);
        const frozen = isFrozen ? { by, reason, atMs: nowMs } : undefined;
        await this.ports.learning.save({ ...record, frozen, updatedAtMs: nowMs }, stored?.version ?? 0, tx);
        const type = isFrozen ? 'learning_frozen' : 'learning_unfrozen';
        await this.ports.operations.append({ type, creatorId, atMs: nowMs, details: { by, reason } }, tx);
      },
      { isRepeatable: true },
    );
  }

  private async creatorOf(creatorId: string): Promise<Creator> {
    const creator = await this.ports.creators.find(creatorId);
    if (!creator) throw new UnknownCreatorError(creatorId);
    return creator;
  }
}

/** Revenue sends a day as computed, before the learnt offset. */
function computedVolume({ steps, perDay }: VolumeDecision): number {
  for (const step of steps) if (step.step === 'learning') return step.before?.revenue ?? step.after.revenue;
  return perDay.revenue;
}
