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
  type Clock,
  type CreatorStore,
  type FollowupStore,
  type NewPlanItem,
  type NewWeek,
  type Operation,
  type OperationLog,
  type PredictionStore,
  type Rotation,
  type RotationEvent,
  type RotationStore,
  type ScheduleStore,
  type StoredWeek,
  type Transaction,
  type VolumeDecision,
  type VolumeLog,
  type WeekDraft,
  type WeekPrediction,
  type Why,
} from '@eros/domain';
import type { SagaDefinition } from '../sagas/index.js';
import type { WeekMaterialReader } from './week-material.js';

/** What a planning saga is asked for. JSON. */
export interface WeekRequest {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly asOfMs: number;
  /** Set when a stored week is planned again. */
  readonly replan?: { readonly templateId: number; readonly why: Why };
}

/** What `compose` hands to `persist`: the whole week, as JSON. */
interface ComposedWeek {
  readonly decision: VolumeDecision;
  readonly draft: WeekDraft;
  readonly prediction: WeekPrediction;
  readonly captionTexts: Readonly<Record<string, string>>;
  readonly rotation: Rotation;
  /** What the plan did to the rotation before it took slots of it. */
  readonly rotationEvents: readonly RotationEvent['type'][];
  readonly rotationVersion: number;
  /** For each slot number of the draft, its place in the rotation's draws. */
  readonly positions: readonly number[];
  /** The slots to take from the rotation now. */
  readonly take: { readonly from: number; readonly to: number };
  readonly durationMs: number;
}

export interface WeekPlanningPorts {
  readonly reader: WeekMaterialReader;
  readonly creators: CreatorStore;
  readonly schedules: ScheduleStore;
  readonly rotations: RotationStore;
  readonly followups: FollowupStore;
  readonly volumeLog: VolumeLog;
  readonly predictions: PredictionStore;
  readonly operations: OperationLog;
  readonly clock: Clock;
}

export const PLAN_ALGORITHM = '1.0';

/**
 * The saga that plans one week. `compose` reads and computes; `persist` writes template, items, follow-ups, decision,
 * prediction, rotation and log in one transaction with its journal entry. A crash at any point leaves a whole week or none.
 */
export function weekPlanning(ports: WeekPlanningPorts): SagaDefinition<WeekRequest> {
  return {
    name: 'plan_week',
    version: 1,
    steps: [
      {
        name: 'compose',
        execute: async ({ input }) => asJson(await compose(ports, input)),
        retry: { attempts: 3, delayMs: 100 },
      },
      {
        name: 'persist',
        kind: 'transaction',
        execute: ({ input, results, tx, sagaId }) =>
          persist(ports, input, results['compose'] as ComposedWeek, sagaId, tx),
        retry: { attempts: 3, delayMs: 100 },
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
  const { material, draw, rotationVersion, keptPositions, captionTexts } = await reader.gather({
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
    captionTexts: Object.fromEntries([...captionTexts].filter(([captionId]) => used.has(captionId))),
    rotation: draw.rotation,
    rotationEvents: draw.events.map(({ type }) => type),
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
): Promise<{ templateId: number }> {
  const { creatorId, weekStart, replan } = request;
  const stored = await ports.schedules.find(creatorId, weekStart, tx);
  if (stored && !replan) return { templateId: stored.templateId };
  if (stored) assertReplaceable(stored);
  const atMs = ports.clock.nowMs();
  await takeSlots(ports, composed, creatorId, atMs, tx);

  const week = weekOf(request, composed, stored, sagaId, atMs);
  if (stored) await callOffFollowups(ports, stored, request, atMs, tx);
  const { templateId, itemIds } = stored
    ? { templateId: stored.templateId, ...(await ports.schedules.replace(stored.templateId, week, tx)) }
    : await ports.schedules.insert(week, tx);
  const { decision, prediction } = composed;
  const logId = await ports.volumeLog.append({ creatorId, weekStart, templateId, decision }, tx);
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
  await trackFollowups(ports, creatorId, composed.draft, itemIds, atMs, tx);
  for (const operation of operationsOf(request, composed, templateId, itemIds, atMs)) {
    await ports.operations.append(operation, tx);
  }
  return { templateId };
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

function weekOf(
  { creatorId, weekStart, asOfMs }: WeekRequest,
  { draft, prediction, rotation, positions, take, captionTexts, decision }: ComposedWeek,
  stored: StoredWeek | undefined,
  sagaId: string,
  atMs: number,
): NewWeek {
  const keepsSlots =
    stored !== undefined && stored.patternStartMs === rotation.patternStartMs && stored.slots.to <= take.from;
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
    notes: [...decision.notes.map(({ reason }) => reason), ...draft.notes],
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
        captionText: captionId === undefined ? undefined : captionTexts[captionId],
        slotPosition: slot === undefined ? undefined : positions[slot],
      };
    }),
  };
}

/** The follow-ups of a week that is planned again will not go out. */
async function callOffFollowups(
  { followups }: WeekPlanningPorts,
  { items, creatorId }: StoredWeek,
  { replan }: WeekRequest,
  atMs: number,
  tx: Transaction,
): Promise<void> {
  const { by, reason } = replan?.why ?? { by: 'eros', reason: 'replanned' };
  for (const { parentItemId } of items) {
    if (parentItemId === undefined) continue;
    for (const { followupId, followup } of await followups.ofParent(
      { creatorId, parentPpvId: String(parentItemId) },
      tx,
    )) {
      if (followup.status !== 'planned') continue;
      await followups.close(followupId, { ...followup, status: 'cancelled', cancellation: { atMs, by, reason } }, tx);
    }
  }
}

async function trackFollowups(
  { followups }: WeekPlanningPorts,
  creatorId: string,
  { items }: WeekDraft,
  itemIds: readonly number[],
  atMs: number,
  tx: Transaction,
): Promise<void> {
  for (const { parent, scheduledAtMs, structure } of items) {
    const parentItem = parent === undefined ? undefined : items[parent];
    if (parent === undefined || !parentItem || structure === undefined) continue;
    const followup = {
      status: 'planned',
      creatorId,
      parentPpvId: String(itemIds[parent]),
      parentMs: parentItem.scheduledAtMs,
      followupMs: scheduledAtMs,
      ppvType: structure,
      plannedMs: scheduledAtMs,
    } as const;
    await followups.insert(followup, atMs, tx);
  }
}

/** Changes of the rotation that a plan can bring about; each is logged. */
const ROTATION_OPERATIONS: Partial<Record<RotationEvent['type'], Operation['type']>> = {
  initialized: 'rotation_started',
  renewed: 'rotation_renewed',
};

function operationsOf(
  { creatorId, weekStart, asOfMs, replan }: WeekRequest,
  { decision, draft, prediction, rotation, rotationEvents, take, durationMs }: ComposedWeek,
  templateId: number,
  itemIds: readonly number[],
  atMs: number,
): Operation[] {
  const planned: Operation = {
    type: replan ? 'week_replanned' : 'week_planned',
    creatorId,
    atMs,
    details: {
      weekStart,
      templateId,
      asOf: new Date(asOfMs).toISOString(),
      perDay: decision.perDay,
      items: draft.items.length,
      lowered: draft.lowered,
      slots: take,
      predictedRevenueUsd: prediction.weeklyRevenueUsd,
      ...(replan ? { by: replan.why.by, reason: replan.why.reason } : {}),
    },
    durationMs,
  };
  const refused = draft.refusedFollowups.map(({ parent, reason }): Operation => ({
    type: 'followup_refused',
    creatorId,
    atMs,
    details: { parentPpvId: String(itemIds[parent]), reason },
  }));
  const rotated = rotationEvents.flatMap((event): Operation[] => {
    const type = ROTATION_OPERATIONS[event];
    return type ? [{ type, creatorId, atMs, details: { pattern: rotation.pattern, by: 'plan', weekStart } }] : [];
  });
  return [...rotated, planned, ...refused];
}
