import {
  addDays,
  assertMonday,
  decideWeekVolume,
  localTimeAt,
  UnknownCreatorError,
  UnknownWeekError,
  type Clock,
  type CreatorStore,
  type OutcomeStore,
  type PredictionStore,
  type StoredOutcome,
  type StoredPrediction,
  type VolumeDecision,
  type VolumeLog,
  type Why,
} from '@eros/domain';
import type { DecisionExplanation, MeasuredWeek } from './api.js';
import { instantOf } from './instant-of.js';
import type { Learning } from './learning/learning.js';
import type { WeekMaterialReader } from './schedules/week-material.js';

export interface VolumesPorts {
  readonly reader: WeekMaterialReader;
  readonly creators: CreatorStore;
  readonly volumeLog: VolumeLog;
  readonly predictions: PredictionStore;
  readonly outcomes: OutcomeStore;
  readonly learning: Pick<Learning, 'freeze' | 'unfreeze'>;
  readonly clock: Clock;
}

/** How much to send, and why. */
export class Volumes {
  constructor(private readonly ports: VolumesPorts) {}

  /**
   * The volume that a plan of the next week would have: from the coming Monday on, or from today's if it is one. Reads only.
   *
   * @throws {UnknownCreatorError}
   * @throws {NothingToSellError} when no content type is known of the creator.
   */
  async calculate(creatorId: string, options: { asOf?: Date } = {}): Promise<VolumeDecision> {
    const asOfMs = options.asOf === undefined ? this.ports.clock.nowMs() : instantOf('asOf', options.asOf);
    const creator = await this.ports.creators.find(creatorId);
    if (!creator) throw new UnknownCreatorError(creatorId);
    const { date, dayOfWeek } = localTimeAt(creator.timeZone, asOfMs);
    const weekStart = addDays(date, (7 - dayOfWeek) % 7);
    const { material } = await this.ports.reader.gather({ creatorId, weekStart, asOfMs });
    return decideWeekVolume(material);
  }

  /** Keeps the learnt offset where it is until `unfreeze`. @throws {UnknownCreatorError} */
  async freeze(creatorId: string, why: Why): Promise<void> {
    await this.ports.learning.freeze(creatorId, why);
  }

  /** Lets the offset move again. @throws {UnknownCreatorError} */
  async unfreeze(creatorId: string, why: Why): Promise<void> {
    await this.ports.learning.unfreeze(creatorId, why);
  }

  /**
   * Why a planned week has the volume that it has: the stored decision step by step, its prediction, and what came of it.
   *
   * @param week the Monday, `YYYY-MM-DD`.
   * @throws {UnknownCreatorError}
   * @throws {UnknownWeekError} when the week was not planned.
   */
  async explain(creatorId: string, week: string): Promise<DecisionExplanation> {
    assertMonday(week, 'week');
    if (!(await this.ports.creators.find(creatorId))) throw new UnknownCreatorError(creatorId);
    const logged = await this.ports.volumeLog.find(creatorId, week);
    // The decision of a week that was withdrawn belongs to no plan any more.
    if (!logged || logged.templateId === undefined) throw new UnknownWeekError(`of ${week} for "${creatorId}"`);
    const prediction = await this.ports.predictions.find(creatorId, week);
    const outcome = await this.ports.outcomes.find(creatorId, week);
    const revision = prediction && (await this.ports.predictions.revisionOf(prediction.predictionId));
    return {
      creatorId,
      weekStart: week,
      decision: logged.decision,
      steps: logged.decision.notes.map(({ step, reason }) => `${step}: ${reason}`),
      ...(prediction ? { prediction: predictionView(prediction) } : {}),
      ...(prediction?.outcome && outcome
        ? {
            outcome: {
              ...measuredView(prediction, outcome),
              ...(outcome.applied
                ? {
                    applied: {
                      at: new Date(outcome.applied.appliedAtMs),
                      offsetAfter: outcome.applied.decision.offset,
                      guard: outcome.applied.decision.guard,
                    },
                  }
                : {}),
              ...(revision
                ? {
                    revisedAfterMeasuring: {
                      at: new Date(revision.notedAtMs),
                      revenueUsd: revision.revenueUsd,
                      revenueSends: revision.revenueSends,
                    },
                  }
                : {}),
            },
          }
        : {}),
    };
  }
}

function predictionView({ weeklyRevenueUsd: revenueUsd, interval, curve, algorithmVersion }: StoredPrediction) {
  return {
    revenueUsd,
    ...(interval ? { lowUsd: interval.lowUsd, highUsd: interval.highUsd } : {}),
    curve,
    algorithmVersion,
  };
}

function measuredView({ weeklyRevenueUsd, outcome }: StoredPrediction, stored: StoredOutcome): MeasuredWeek {
  const { creatorId, weekStart, classification, evidence, signal, confidence } = stored;
  return {
    ...{ creatorId, weekStart, classification, evidence, signal, confidence },
    predictedRevenueUsd: weeklyRevenueUsd,
    actualRevenueUsd: outcome?.actualRevenueUsd ?? 0,
    revenueErrorPct: outcome?.revenueErrorPct ?? null,
    volumeErrorPct: outcome?.volumeErrorPct ?? null,
  };
}
