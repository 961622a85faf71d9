import {
  actualsOf,
  addDays,
  assessLearning,
  classifyOutcome,
  DAY_MS,
  decideVolume,
  fatigueLevel,
  forecastCheck,
  learnWeek,
  learnWeeks,
  PREDICTION_HISTORY_WEEKS,
  revenuePredictionErrorPct,
  volumePredictionErrorPct,
  weeklyHistory,
  weekStartingOn,
  type Creator,
  type EvidenceWeek,
  type LearningRecord,
  type LearningState,
  type LoggedDecision,
  type NewOutcome,
  type PredictionOutcome,
  type Send,
  type StoredOutcome,
  type StoredPrediction,
  type Week,
} from '@eros/domain';

/** Days before a week that its measuring looks at: the evidence that learning begins with, and the usual view rate. */
export const MEASURING_HISTORY_MS = (PREDICTION_HISTORY_WEEKS + 2) * 7 * DAY_MS;
const USUAL_WEEKS = 8;

/** All that a week is measured from. The same material gives the same outcome. */
export interface MeasuringMaterial {
  readonly creator: Creator;
  readonly prediction: StoredPrediction;
  readonly decision: LoggedDecision;
  /** Sends from well before the week to its end. */
  readonly sends: readonly Send[];
  readonly learnt: LearningRecord | undefined;
  /** Outcomes of earlier weeks that are not applied yet, oldest first. */
  readonly pending: readonly StoredOutcome[];
  readonly measuredAtMs: number;
}

export interface MeasuredMaterial {
  readonly prediction: PredictionOutcome;
  readonly outcome: NewOutcome;
}

/** What came of a planned week: against its prediction, and for the learner. */
export function measureWeek(material: MeasuringMaterial): MeasuredMaterial {
  const { creator, prediction, sends, measuredAtMs } = material;
  const week = weekStartingOn(prediction.weekStart, creator.timeZone);
  const before = weekStartingOn(addDays(prediction.weekStart, -7), creator.timeZone);
  const actual = actualsOf(sends, week);
  const previous = actualsOf(sends, before);
  const isKnownBefore = sends.some(({ sentAtMs }) => sentAtMs < before.endMs);
  const weekBefore = isKnownBefore ? { sends: previous.messages.revenue, revenueUsd: previous.revenueSendsUsd } : null;
  const check = forecastCheck({
    creatorId: creator.creatorId,
    weekStart: prediction.weekStart,
    algorithmVersion: prediction.algorithmVersion,
    predictedRevenueUsd: prediction.weeklyRevenueUsd,
    interval: prediction.interval,
    curve: prediction.curve,
    predictedMessages: prediction.weeklyMessages,
    actualRevenueUsd: actual.revenueSendsUsd,
    actualMessages: actual.messagesSent,
    actualRevenueSends: actual.messages.revenue,
    weekBefore,
  });
  return {
    prediction: {
      measuredAtMs,
      actualRevenueUsd: actual.revenueSendsUsd,
      actualMessages: actual.messagesSent,
      actualRevenueSends: actual.messages.revenue,
      actualRevenuePerSendUsd: actual.revenuePerSendUsd,
      revenueErrorPct: revenuePredictionErrorPct(actual.revenueSendsUsd, prediction.weeklyRevenueUsd),
      volumeErrorPct: volumePredictionErrorPct(actual.messagesSent, prediction.weeklyMessages),
      curveRevenueUsd: prediction.curve.length === 0 ? null : check.forecastUsd,
      curveInterval: prediction.curve.length === 0 ? null : check.interval,
      weekBefore,
      naiveRevenueUsd: check.naiveUsd,
    },
    outcome: outcomeOf(material, week, before),
  };
}

function outcomeOf(material: MeasuringMaterial, week: Week, before: Week): NewOutcome {
  const { creator, prediction, decision, sends, measuredAtMs } = material;
  const { creatorId } = creator;
  const actual = actualsOf(sends, week);
  const previous = actualsOf(sends, before);
  const evidence: EvidenceWeek = {
    weekStart: prediction.weekStart,
    volume: actual.revenueVolume,
    // Chargebacks can outweigh sales; to the learner such a week earned nothing.
    revenueUsd: Math.max(0, actual.revenueSendsUsd),
  };
  const after = decideVolume({ creator, sends, asOfMs: week.endMs });
  const state = learnWeek(stateBefore(material), evidence);
  const rates = ratesOf(sends, week.startMs, week.endMs);
  const usual = ratesOf(sends, week.startMs - USUAL_WEEKS * 7 * DAY_MS, week.startMs);
  const fatigue = fatigueLevel({
    ...(rates.viewRate === null ? {} : { viewRate: rates.viewRate }),
    ...(usual.viewRate === null ? {} : { usualViewRate: usual.viewRate }),
  });
  // In a week of rest there is no volume to judge at: the planned one is.
  const volume = evidence.volume > 0 ? evidence.volume : Math.max(1, prediction.perDay.revenue);
  const { signal, confidence } = assessLearning(state, volume, fatigue);
  const classified = classifyOutcome(state, evidence.volume);
  return {
    logId: decision.logId,
    predictionId: prediction.predictionId,
    creatorId,
    weekStart: prediction.weekStart,
    measuredAtMs,
    input: {
      saturationScore: prediction.saturationScore,
      opportunityScore: prediction.opportunityScore,
      tier: prediction.tier,
      revenuePerDay: prediction.perDay.revenue,
      engagementPerDay: prediction.perDay.engagement,
      retentionPerDay: prediction.perDay.retention,
    },
    result: {
      saturationScore: after.saturationScore,
      opportunityScore: after.opportunityScore,
      revenuePerSendUsd: actual.revenuePerSendUsd,
      totalRevenueUsd: actual.revenueSendsUsd,
      ...rates,
      messagesSent: actual.messagesSent,
    },
    revenuePerSendChangePct: changePct(previous.revenuePerSendUsd, actual.revenuePerSendUsd),
    classification: classified.classification,
    evidence: classified.evidence,
    signal,
    confidence,
    fatigue,
    week: evidence,
  };
}

const changePct = (from: number | null, to: number | null): number | null =>
  from === null || to === null || from === 0 ? null : ((to - from) / from) * 100;

/** Of revenue sends, as shares of the recipients; null when none went out. */
function ratesOf(
  sends: readonly Send[],
  fromMs: number,
  untilMs: number,
): { viewRate: number | null; purchaseRate: number | null } {
  let sent = 0;
  let viewed = 0;
  let purchased = 0;
  for (const send of sends) {
    if (send.category !== 'revenue' || send.sentAtMs < fromMs || send.sentAtMs >= untilMs) continue;
    sent += send.sentCount;
    viewed += send.viewedCount;
    purchased += send.purchasedCount;
  }
  return sent === 0
    ? { viewRate: null, purchaseRate: null }
    : { viewRate: viewed / sent, purchaseRate: purchased / sent };
}

/** What was known before the week: what is stored, and the earlier outcomes that are still to be applied. */
function stateBefore({ creator, sends, learnt, pending, prediction }: MeasuringMaterial): LearningState {
  const earlier = pending.filter(({ weekStart }) => weekStart < prediction.weekStart);
  const [first] = earlier;
  const begins = first ? plannedOf(first) : prediction;
  const base = learnt?.state ?? seedState({ creator, sends, prediction: begins }).state;
  return earlier
    .filter(({ week }) => base.lastWeek === null || week.weekStart > base.lastWeek)
    .reduce((state, { week }) => learnWeek(state, week), base);
}

/** A measured week as it was planned. */
export function plannedOf({ weekStart, input }: StoredOutcome): Pick<StoredPrediction, 'weekStart' | 'perDay'> {
  const { revenuePerDay: revenue, engagementPerDay: engagement, retentionPerDay: retention } = input;
  return { weekStart, perDay: { revenue, engagement, retention } };
}

/**
 * Where learning begins: the weeks of history before the first planned week, as sent. Without any it begins at the planned
 * volume.
 */
export function seedState({
  creator,
  prediction,
  sends,
}: Pick<MeasuringMaterial, 'creator' | 'sends'> & { prediction: Pick<StoredPrediction, 'weekStart' | 'perDay'> }): {
  state: LearningState;
  seededWith: readonly EvidenceWeek[];
} {
  const { weekStart } = prediction;
  const week = weekStartingOn(weekStart, creator.timeZone);
  const request = { timeZone: creator.timeZone, weekStart, asOfMs: week.startMs, maxWeeks: PREDICTION_HISTORY_WEEKS };
  const weeks = weeklyHistory(sends, request);
  const sent = weeks.filter(({ volume }) => volume > 0);
  const usual = sent.reduce((sum, { volume }) => sum + volume, 0) / sent.length;
  const beginsAt = sent.length > 0 ? usual : Math.max(1, prediction.perDay.revenue);
  return { state: learnWeeks(beginsAt, weeks), seededWith: weeks };
}
