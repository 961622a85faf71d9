import {
  weekStartingOn,
  type Clock,
  type Creator,
  type CreatorStore,
  type LearningStore,
  type MessageHistory,
  type OperationLog,
  type OutcomeStore,
  type PredictionStore,
  type Send,
  type StoredOutcome,
  type StoredPrediction,
  type Transaction,
  type UnitOfWork,
  type VolumeLog,
} from '@eros/domain';
import type { MeasuredWeek } from '../api.js';
import type { CircuitBreakers } from '../circuit-breakers.js';
import { MEASURING_HISTORY_MS, measureWeek } from './measuring.js';

export interface WeekMeasurerPorts {
  readonly creators: CreatorStore;
  readonly history: MessageHistory;
  readonly breakers: Pick<CircuitBreakers, 'run'>;
  readonly volumeLog: VolumeLog;
  readonly predictions: PredictionStore;
  readonly outcomes: OutcomeStore;
  readonly learning: LearningStore;
  readonly operations: OperationLog;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** How often a week is measured again because its sends changed while it was measured. */
const TRIES = 5;

/** Measures one week. The history is read outside any transaction, since it may not be in this database. */
export class WeekMeasurer {
  constructor(private readonly ports: WeekMeasurerPorts) {}

  /** `undefined` when somebody else has measured it, or planned it again, since it was listed. */
  async measure(creator: Creator, prediction: StoredPrediction, nowMs: number): Promise<MeasuredWeek | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const firstWeek = await this.firstWeek(prediction);
      const sends = await this.sendsFor(creator, prediction, firstWeek);
      const view = await this.ports.unitOfWork.transaction(
        (tx) => this.store({ creator, prediction, sends, nowMs }, tx),
        { isRepeatable: true },
      );
      if (!view) return undefined;
      // An import that came in between could not know that the week was being measured from what was before it.
      const isUnchanged =
        firstWeek === (await this.firstWeek(prediction)) &&
        JSON.stringify(await this.sendsFor(creator, prediction, firstWeek)) === JSON.stringify(sends);
      if (isUnchanged || attempt === TRIES) return view;
      if (!(await this.takeBack(prediction))) return view;
    }
  }

  /** The first week that is measured and not learnt from, up to this one: learning begins before it. */
  private async firstWeek({ creatorId, weekStart }: StoredPrediction): Promise<string> {
    const pending = await this.ports.outcomes.unapplied(creatorId);
    return pending.reduce((first, outcome) => (outcome.weekStart < first ? outcome.weekStart : first), weekStart);
  }

  private sendsFor({ creatorId, timeZone }: Creator, { weekStart }: StoredPrediction, firstWeek: string) {
    const fromMs = weekStartingOn(firstWeek, timeZone).startMs - MEASURING_HISTORY_MS;
    const query = { creatorId, fromMs, untilMs: weekStartingOn(weekStart, timeZone).endMs };
    return this.ports.breakers.run('message_history', () => this.ports.history.sends(query));
  }

  private async store(
    { creator, prediction, sends, nowMs }: Measuring,
    tx: Transaction,
  ): Promise<MeasuredWeek | undefined> {
    const { predictions, outcomes, volumeLog, learning, operations, clock } = this.ports;
    const { creatorId, weekStart, predictionId } = prediction;
    const current = await predictions.find(creatorId, weekStart, tx);
    if (current?.predictionId !== predictionId || current.outcome) return undefined;
    const decision = await volumeLog.find(creatorId, weekStart, tx);
    if (!decision) throw new Error(`bug: no volume decision for ${creatorId} in the week of ${weekStart}`);
    const { prediction: result, outcome } = measureWeek({
      creator,
      prediction,
      decision,
      sends,
      learnt: (await learning.load(creatorId, tx))?.value,
      pending: await outcomes.unapplied(creatorId, tx),
      measuredAtMs: nowMs,
    });
    await predictions.saveOutcome(predictionId, result, tx);
    await outcomes.insert(outcome, tx);
    const { classification, evidence, signal, confidence } = outcome;
    const view: MeasuredWeek = {
      ...{ creatorId, weekStart, classification, evidence, signal, confidence },
      predictedRevenueUsd: prediction.weeklyRevenueUsd,
      actualRevenueUsd: result.actualRevenueUsd,
      revenueErrorPct: result.revenueErrorPct,
      volumeErrorPct: result.volumeErrorPct,
    };
    await operations.append({ type: 'week_measured', creatorId, atMs: clock.nowMs(), details: { ...view } }, tx);
    return view;
  }

  /** False when the week was learnt from already: then its figures stay. */
  private takeBack({ creatorId, weekStart, predictionId }: StoredPrediction): Promise<boolean> {
    const { predictions, outcomes, unitOfWork } = this.ports;
    return unitOfWork.transaction(
      async (tx) => {
        const outcome: StoredOutcome | undefined = await outcomes.find(creatorId, weekStart, tx);
        if (outcome?.applied) return false;
        if (outcome) await outcomes.discard(outcome.outcomeId, tx);
        await predictions.clearOutcome(predictionId, tx);
        return true;
      },
      { isRepeatable: true },
    );
  }
}

interface Measuring {
  readonly creator: Creator;
  readonly prediction: StoredPrediction;
  readonly sends: readonly Send[];
  readonly nowMs: number;
}
