import {
  addDays,
  assertReplaceable,
  daysOnPattern,
  decideRotation,
  evolveRotation,
  UnknownCreatorError,
  type NewPlanItem,
  type NewWeek,
  type Rotation,
  type StoredFollowup,
  type StoredWeek,
  type Transaction,
  type VolumeDecision,
} from '@eros/domain';
import type { ComposedWeek } from './compose-week.js';
import { assertNotMoved } from './moved-week.js';
import { operationsOf } from './plan-operations.js';
import { callOffFollowups, trackFollowups } from './planned-followups.js';
import type { WeekPlanningPorts } from './week-planning-ports.js';
import { wishOf, type WeekRequest } from './week-request.js';
import type { ReplacedWeek } from './withdraw-week.js';

export const PLAN_ALGORITHM = '1.0';

/** What `persist` tells its undo. */
export interface PersistedWeek {
  readonly templateId: number;
  readonly replaced?: ReplacedWeek;
}

/**
 * Stores a composed week, whole.
 *
 * @throws {StaleVersionError} when the rotation, or the week to be replaced, is no longer what it was composed from.
 * @throws {UnknownWeekError} when the week to be replaced is gone.
 * @throws {WeekNotReplaceableError} when it was approved, or something of it was sent.
 */
export async function persistWeek(
  ports: WeekPlanningPorts,
  request: WeekRequest,
  composed: ComposedWeek,
  sagaId: string,
  tx: Transaction,
): Promise<PersistedWeek> {
  const { creatorId, weekStart, replan } = request;
  const stored = await ports.schedules.find(creatorId, weekStart, tx);
  // An earlier run, of a process that was killed or seemed to be, may have stored it already.
  if (stored && isDone(request, stored)) return { templateId: stored.templateId };
  assertNotMoved(request, stored);
  if (stored) assertReplaceable(stored);
  const atMs = ports.clock.nowMs();
  await takeSlots(ports, composed, creatorId, atMs, tx);

  const week = weekOf(request, composed, stored, sagaId, atMs);
  const calledOff = stored && replan ? await callOffFollowups(ports, stored, replan.why, atMs, tx) : [];
  await keepCaptions(ports, composed, atMs, tx);
  const { templateId, itemIds } = stored
    ? { templateId: stored.templateId, ...(await ports.schedules.replace(stored.templateId, week, tx)) }
    : await ports.schedules.insert(week, tx);
  const replaced = stored && (await replacedBy(ports, stored, calledOff, tx));
  const { decision, prediction } = composed;
  const logId = await ports.volumeLog.append({ creatorId, weekStart, templateId, calculatedAtMs: atMs, decision }, tx);
  await ports.schedules.linkCalculation(templateId, logId, tx);
  if (stored) await ports.predictions.supersede(creatorId, weekStart, atMs, tx);
  await ports.predictions.insert(
    {
      creatorId,
      weekStart,
      templateId,
      predictedAtMs: atMs,
      asOfMs: request.asOfMs,
      algorithmVersion: prediction.algorithmVersion,
      fanCount: decision.fanCount,
      pageType: decision.pageType,
      saturationScore: decision.saturationScore,
      opportunityScore: decision.opportunityScore,
      tier: decision.tier,
      perDay: decision.perDay,
      weeklyRevenueUsd: prediction.weeklyRevenueUsd,
      weeklyMessages: prediction.weeklyMessages,
      interval: prediction.interval,
      curve: prediction.curve,
      inputs: prediction.inputs,
    },
    tx,
  );
  const scheduled = await trackFollowups(ports, creatorId, composed.draft, itemIds, atMs, tx);
  const operations = operationsOf({ request, composed, templateId, itemIds, calledOff, scheduled, atMs });
  await ports.operations.appendAll(operations, tx);
  return { templateId, ...(replaced ? { replaced } : {}) };
}

/** A planned week is planned, whoever did it. A replan is done when the week is one of its own wish. */
const isDone = (request: WeekRequest, { sagaId }: StoredWeek): boolean =>
  request.replan === undefined || (sagaId?.startsWith(`${wishOf(request)}:`) ?? false);

/** What an undo needs to put the week back that stood there. */
async function replacedBy(
  { predictions, volumeLog }: WeekPlanningPorts,
  week: StoredWeek,
  followups: readonly StoredFollowup[],
  tx: Transaction,
): Promise<ReplacedWeek> {
  const { creatorId, weekStart, calculationLogId } = week;
  const prediction = await predictions.find(creatorId, weekStart, tx);
  const logged = calculationLogId === undefined ? undefined : await volumeLog.get(calculationLogId, tx);
  return {
    week,
    followups,
    ...(logged ? { decision: logged.decision } : {}),
    ...(prediction ? { predictionId: prediction.predictionId } : {}),
  };
}

/** Moves the rotation on, if it is still the one that was drawn from. */
async function takeSlots(
  { creators, rotations }: WeekPlanningPorts,
  { rotation, rotationVersion, take }: ComposedWeek,
  creatorId: string,
  atMs: number,
  tx: Transaction,
): Promise<void> {
  const creator = await creators.find(creatorId, tx);
  if (!creator) throw new UnknownCreatorError(creatorId);
  const decided = decideRotation({ type: 'take', from: take.from, count: take.to - take.from }, rotation);
  if (decided.type === 'refused')
    throw new Error(`bug: a plan may not take slots of a rotation that is ${decided.state}`);
  const next = decided.events.reduce<Rotation | undefined>(evolveRotation, rotation);
  if (!next) throw new Error('bug: taking slots left no rotation');
  const write = { expectedVersion: rotationVersion, atMs, daysOnPattern: daysOnPattern(next, atMs, creator.timeZone) };
  await rotations.save(next, write, tx);
}

/** What held the volume down, or moved it from what the tier and the scores would have; all steps are in the volume log. */
const loweredBy = ({ steps }: VolumeDecision): string[] =>
  steps.flatMap(({ step, isChanged, reason }) =>
    isChanged && (step === 'learning' || step === 'elasticity' || step === 'captions') ? [reason] : [],
  );

function weekOf(
  { creatorId, weekStart, asOfMs }: WeekRequest,
  { draft, prediction, rotation, positions, take, captions, decision }: ComposedWeek,
  stored: StoredWeek | undefined,
  sagaId: string,
  atMs: number,
): NewWeek {
  const keepsSlots =
    stored !== undefined && stored.patternStartMs === rotation.patternStartMs && stored.slots.to <= take.from;
  const texts = new Map(captions.map(({ captionId, text }) => [captionId, text]));
  return {
    creatorId,
    weekStart,
    weekEnd: addDays(weekStart, 6),
    generatedAtMs: atMs,
    asOfMs,
    algorithmVersion: PLAN_ALGORITHM,
    projectedRevenueUsd: prediction.weeklyRevenueUsd,
    // A week that kept its slots stays the owner of those; what it took besides is known by its items.
    slots: keepsSlots && stored ? stored.slots : take,
    patternStartMs: keepsSlots && stored ? stored.patternStartMs : rotation.patternStartMs,
    notes: [...loweredBy(decision), ...draft.notes],
    sagaId,
    items: draft.items.map((item): NewPlanItem => {
      const {
        itemType,
        channel,
        scheduledAtMs,
        date,
        time,
        captionId,
        priceUsd,
        contentType,
        structure,
        slot,
        parent,
      } = item;
      return {
        ...{ itemType, channel, scheduledAtMs, date, time, captionId, priceUsd, contentType, structure, parent },
        captionText: captionId === undefined ? undefined : texts.get(captionId),
        slotPosition: slot === undefined ? undefined : positions[slot],
      };
    }),
  };
}

/** Items refer to the bank: what a source of the host's own brought is copied there when it is first used. */
async function keepCaptions(
  { captionStore }: WeekPlanningPorts,
  { captions }: ComposedWeek,
  atMs: number,
  tx: Transaction,
): Promise<void> {
  const ids = captions.map(({ captionId }) => captionId);
  const known = new Set((await captionStore.find(ids, tx)).map(({ captionId }) => captionId));
  const missing = captions.filter(({ captionId }) => !known.has(captionId));
  if (missing.length > 0) await captionStore.save(missing, atMs, tx);
}
