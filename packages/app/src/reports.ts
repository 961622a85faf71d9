import {
  ACCURACY_PERIODS,
  accuracyReport,
  addDays,
  daysOnPattern,
  InvalidSettingsError,
  isUnhealthyBreaker,
  localTimeAt,
  UnknownCreatorError,
  type AccuracyPeriod,
  type BreakerHealth,
  type Clock,
  type CreatorStore,
  type FollowupStore,
  type ForecastAccuracyRow,
  type PredictionStore,
  type RotationStore,
} from '@eros/domain';
import type { ActiveRotationRow, MissedPredictionRow, SuboptimalFollowupRow } from './api.js';
import type { CircuitBreakers } from './circuit-breakers.js';

export interface ReportsPorts {
  readonly predictions: PredictionStore;
  readonly followups: FollowupStore;
  readonly rotations: RotationStore;
  readonly creators: CreatorStore;
  readonly breakers: Pick<CircuitBreakers, 'health'>;
  readonly clock: Clock;
}

/** What operators ask about. Every report reads; none writes. */
export class Reports {
  constructor(private readonly ports: ReportsPorts) {}

  /**
   * How good the predictions were, at the volume really sent, beside the naive forecast: a row for all creators (`creatorId` null)
   * and for each, for all algorithm versions (null) and each, for each period.
   *
   * @throws {UnknownCreatorError}
   */
  async predictionAccuracy(
    filter: { creatorId?: string; period?: AccuracyPeriod } = {},
  ): Promise<ForecastAccuracyRow[]> {
    const { creatorId, period } = filter;
    if (period !== undefined && !ACCURACY_PERIODS.includes(period)) {
      throw new InvalidSettingsError('period', JSON.stringify(period), ACCURACY_PERIODS.join(', '));
    }
    const measured = await this.ports.predictions.measured(creatorId === undefined ? {} : { creatorId });
    const isNobody = measured.length === 0 && creatorId !== undefined && !(await this.ports.creators.find(creatorId));
    if (isNobody) throw new UnknownCreatorError(creatorId);
    const predictions = measured.flatMap((prediction) => {
      const { outcome } = prediction;
      if (!outcome) return [];
      return [
        {
          creatorId: prediction.creatorId,
          weekStart: prediction.weekStart,
          algorithmVersion: prediction.algorithmVersion,
          predictedRevenueUsd: prediction.weeklyRevenueUsd,
          interval: prediction.interval,
          curve: prediction.curve,
          predictedMessages: prediction.weeklyMessages,
          actualRevenueUsd: outcome.actualRevenueUsd,
          actualMessages: outcome.actualMessages,
          actualRevenueSends: outcome.actualRevenueSends,
          weekBefore: outcome.weekBefore,
        },
      ];
    });
    return accuracyReport(predictions, this.ports.clock.nowMs()).filter(
      (row) =>
        (period === undefined || row.period === period) && (creatorId === undefined || row.creatorId === creatorId),
    );
  }

  /** Creators with more than `moreThan` (5) follow-ups outside the window in the last `days` (7): the documented query. */
  async suboptimalFollowups({ days = 7, moreThan = 5 }: { days?: number; moreThan?: number } = {}): Promise<
    SuboptimalFollowupRow[]
  > {
    assertCount('days', days);
    assertCount('moreThan', moreThan);
    const today = localTimeAt('UTC', this.ports.clock.nowMs()).date;
    return this.ports.followups.suboptimal({ since: addDays(today, -days), moreThan });
  }

  /** Creators whose mean absolute error is over `errorPct` (25) on at least `atLeast` (3) measured weeks: the documented query. */
  async missedPredictions({ errorPct = 25, atLeast = 3 }: { errorPct?: number; atLeast?: number } = {}): Promise<
    MissedPredictionRow[]
  > {
    assertCount('atLeast', atLeast);
    if (!(Number.isFinite(errorPct) && errorPct >= 0)) {
      throw new InvalidSettingsError('errorPct', String(errorPct), 'a percentage from 0');
    }
    return this.ports.predictions.missed({ errorPct, atLeast });
  }

  /** Breakers that want an eye: unreadable, or open, or half-open for over 30 minutes, or lately under 80 % of at least 20 calls. */
  async unhealthyBreakers(): Promise<BreakerHealth[]> {
    return (await this.ports.breakers.health()).filter(isUnhealthyBreaker);
  }

  /** The rotations in state `active`. */
  async activeRotations(): Promise<ActiveRotationRow[]> {
    const nowMs = this.ports.clock.nowMs();
    const zones = new Map((await this.ports.creators.list()).map(({ creatorId, timeZone }) => [creatorId, timeZone]));
    return (await this.ports.rotations.listActive()).map(({ value }) => ({
      creatorId: value.creatorId,
      contentTypes: value.pattern.content_types,
      sequenceType: value.pattern.sequence_type,
      patternStart: new Date(value.patternStartMs),
      daysOnPattern: daysOnPattern(value, nowMs, zones.get(value.creatorId) ?? 'UTC'),
      actualDaysSinceStart: Math.floor((nowMs - value.patternStartMs) / 86_400_000),
    }));
  }
}

function assertCount(setting: string, given: number): void {
  if (!Number.isSafeInteger(given) || given < 0) {
    throw new InvalidSettingsError(setting, String(given), 'a whole number from 0');
  }
}
