import {
  addDays,
  assembleDecidedWeek,
  assertReplaceable,
  decideRotation,
  decideWeekVolume,
  daysOnPattern,
  evolveRotation,
  predictMadeWeek,
  UnknownCreatorError,
  type Caption,
  type CaptionStore,
  type Clock,
  type CreatorStore,
  type FollowupStore,
  type NewPlanItem,
  type NewWeek,
  type OperationLog,
  type PredictionStore,
  type Rotation,
  type RotationEvent,
  type RotationStore,
  type ScheduleStore,
  type StoredFollowup,
  type StoredWeek,
  type Transaction,
  type VolumeDecision,
  type VolumeLog,
  type WeekDraft,
  type WeekPrediction,
  type Why,
} from '@eros/domain';
import type { SagaDefinition, TransactionStep } from '../sagas/index.js';
import { untilHopeless } from './hopeless.js';
import { operationsOf } from './plan-operations.js';
import { callOffFollowups, trackFollowups } from './planned-followups.js';
import type { WeekMaterialReader } from './week-material.js';
import { withdrawWeek, type ReplacedWeek } from './withdraw-week.js';

/** What a planning saga is asked for. JSON. */
export interface WeekRequest {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly asOfMs: number;
  /** Set when a stored week is planned again. */
  readonly replan?: {
    /** How often it will have been replanned then: a round is planned once. */
    readonly round: number;
    readonly why: Why;
  };
}

/** What `compose` hands to `persist`: the whole week, as JSON. */
export interface ComposedWeek {
  readonly decision: VolumeDecision;
  readonly draft: WeekDraft;
  readonly prediction: WeekPrediction;
  /** Those that the items use. */
  readonly captions: readonly Caption[];
  /** As the plan found it, and how it came to be so from the stored one. */
  readonly rotation: Rotation;
  readonly rotationEvents: readonly RotationEvent[];
  readonly rotationVersion: number;
  /** For each slot number of the draft, its place in the rotation's draws. */
  readonly positions: readonly number[];
  /** The slots to take from the rotation now. */
  readonly take: { readonly from: number; readonly to: number };
  readonly durationMs: number;
}

/** What `persist` tells its undo. */
interface PersistedWeek {
  readonly templateId: number;
  readonly replaced?: ReplacedWeek;
}

export interface WeekPlanningPorts {
  readonly reader: WeekMaterialReader;
  readonly creators: CreatorStore;
  readonly schedules: ScheduleStore;
  readonly rotations: RotationStore;
  readonly followups: FollowupStore;
  readonly volumeLog: VolumeLog;
  readonly predictions: PredictionStore;
  readonly captionStore: CaptionStore;
  readonly operations: OperationLog;
  readonly clock: Clock;
}

export const PLAN_ALGORITHM = '1.0';

/**
 * The saga that plans one week. `compose` reads and computes; `persist` writes template, items, follow-ups, decision,
 * prediction, rotation and log in one transaction with its journal entry. A crash at any point leaves a whole week or none.
 * Rolled back, `persist` takes all of that back; the week is as it was before.
 *
 * @param version 1 is what the first release had, without an undo: it is defined so that its sagas under way come to their end.
 */
export function weekPlanning(ports: WeekPlanningPorts, version: 1 | 2 = 2): SagaDefinition<WeekRequest> {
  const compensate: TransactionStep<WeekRequest>['compensate'] = ({ input, results, tx, sagaId }) => {
    const composed = results['compose'] as ComposedWeek;
    const { replaced } = results['persist'] as PersistedWeek;
    return untilHopeless(() => withdrawWeek(ports, { request: input, composed, replaced, sagaId }, tx));
  };
  return {
    name: 'plan_week',
    version,
    steps: [
      {
        name: 'compose',
        execute: ({ input }) => untilHopeless(async () => asJson(await compose(ports, input))),
        retry: { attempts: 3, delayMs: 100 },
      },
      {
        name: 'persist',
        kind: 'transaction',
        execute: ({ input, results, tx, sagaId }) =>
          untilHopeless(async () =>
            asJson(await persist(ports, input, results['compose'] as ComposedWeek, sagaId, tx)),
          ),
        ...(version === 1 ? {} : { compensate }),
        // A transaction is cut off after its time limit, which a machine that is busy with other things may exceed.
        retry: { attempts: 6, delayMs: 100 },
      },
    ],
  };
}

/** Without the fields that are `undefined`, which JSON does not know: as the journal keeps it, and gives it back. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

async function compose({ reader, schedules, clock }: WeekPlanningPorts, request: WeekRequest): Promise<ComposedWeek> {
  const startMs = clock.nowMs();
  const { creatorId, weekStart, asOfMs } = request;
  const replacing = request.replan ? await schedules.find(creatorId, weekStart) : undefined;
  const { material, draw, rotationVersion, keptPositions, bank } = await reader.gather({
    creatorId,
    weekStart,
    asOfMs,
    replacing,
  });
  const decision = decideWeekVolume(material);
  const { draft, slotPositions, slotsTaken } = assembleDecidedWeek(material, decision);
  const { position } = draw.rotation;
  const placeOf = (slot: number): number => keptPositions[slot] ?? position + slot - keptPositions.length;
  const used = new Set(draft.items.flatMap(({ captionId }) => captionId ?? []));
  return {
    decision,
    draft,
    prediction: predictMadeWeek(material, draft),
    captions: [...bank.values()].filter(({ captionId }) => used.has(captionId)),
    rotation: draw.rotation,
    rotationEvents: draw.events,
    rotationVersion,
    positions: slotPositions.map(placeOf),
    take: { from: position, to: position + Math.max(0, slotsTaken - keptPositions.length) },
    durationMs: clock.nowMs() - startMs,
  };
}

async function persist(
  ports: WeekPlanningPorts,
  request: WeekRequest,
  composed: ComposedWeek,
  sagaId: string,
  tx: Transaction,
): Promise<PersistedWeek> {
  const { creatorId, weekStart, replan } = request;
  const stored = await ports.schedules.find(creatorId, weekStart, tx);
  // An earlier run, of a process that was killed or seemed to be, may have stored it already.
  if (stored && stored.replacedCount >= (replan?.round ?? 0)) return { templateId: stored.templateId };
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
