import {
  DAY_MS,
  defaultPattern,
  drawForPlan,
  HISTORY_DAYS,
  NO_LEARNING,
  NothingToSellError,
  PREDICTION_HISTORY_WEEKS,
  UnknownCreatorError,
  VOLUME_BOUNDS,
  weekStartingOn,
  type Caption,
  type CaptionSource,
  type CreatorStore,
  type FollowupParent,
  type FollowupTime,
  type LearningStore,
  type MessageHistory,
  type PlanDraw,
  type PlanSettings,
  type RotationStore,
  type ScheduleStore,
  type Send,
  type StoredWeek,
  type VolumeLog,
  type WeekMaterial,
} from '@eros/domain';
import type { CircuitBreakers } from '../circuit-breakers.js';
import type { PlanCaptions } from '../plan-captions.js';

export interface WeekMaterialPorts {
  readonly creators: CreatorStore;
  readonly history: MessageHistory;
  readonly captionSource: CaptionSource;
  readonly breakers: Pick<CircuitBreakers, 'run'>;
  readonly planCaptions: PlanCaptions;
  readonly rotations: RotationStore;
  readonly schedules: ScheduleStore;
  readonly learning: LearningStore;
  readonly volumeLog: VolumeLog;
  readonly settings: PlanSettings;
  readonly planFollowup: (timeZone: string, parent: FollowupParent) => FollowupTime;
}

export interface MaterialRequest {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly asOfMs: number;
  /** The stored week that is planned again. */
  readonly replacing?: StoredWeek | undefined;
}

/** What a week is made of, and what has to be remembered to store it. */
export interface GatheredWeek {
  readonly material: WeekMaterial;
  readonly draw: PlanDraw;
  /** Version of the rotation that was read; 0: there was none. */
  readonly rotationVersion: number;
  /** Slots at the front of the material's that the replaced week keeps: they are not taken again. */
  readonly keptPositions: readonly number[];
  /** The bank, by caption. */
  readonly bank: ReadonlyMap<number, Caption>;
}

/** Slots shown to a plan: the most revenue sends that a week can have. */
const SLOTS_SHOWN = 7 * VOLUME_BOUNDS.revenue.max;
const HISTORY_MS = Math.max(HISTORY_DAYS, (PREDICTION_HISTORY_WEEKS + 2) * 7) * DAY_MS;

/** Reads all that a creator's week is made of. Writes nothing. */
export class WeekMaterialReader {
  constructor(private readonly ports: WeekMaterialPorts) {}

  /**
   * @throws {UnknownCreatorError}
   * @throws {NothingToSellError} when neither rotation, sends nor captions name a content type.
   * @throws {CircuitOpenError} when the history or the caption source keeps failing.
   */
  async gather({ creatorId, weekStart, asOfMs, replacing }: MaterialRequest): Promise<GatheredWeek> {
    const { ports } = this;
    const creator = await ports.creators.find(creatorId);
    if (!creator) throw new UnknownCreatorError(creatorId);
    const week = weekStartingOn(weekStart, creator.timeZone);
    const [sends, bank, stored, learning, storedHorizons] = await Promise.all([
      this.sendsBefore(creatorId, asOfMs),
      this.captionsOf(creatorId),
      ports.rotations.load(creatorId),
      ports.learning.load(creatorId),
      ports.volumeLog.storedHorizons(creatorId),
    ]);
    const draw = drawForPlan(stored?.value, {
      creatorId,
      timeZone: creator.timeZone,
      asOfMs,
      count: SLOTS_SHOWN,
      defaultPattern: stored ? undefined : defaultPattern({ sends, captions: bank, asOfMs }),
      ...(replacing ? { replacing: { patternStartMs: replacing.patternStartMs, ...replacing.slots } } : {}),
    });
    if (!draw) throw new NothingToSellError(creatorId);
    const kept = replacing && !draw.isWoundBack ? slotsOf(replacing) : [];
    const restMs = ports.settings.restDays * DAY_MS;
    const around = { creatorId, fromMs: week.startMs - restMs, untilMs: week.endMs + restMs, exceptWeek: weekStart };
    const planned = await ports.schedules.itemsBetween(around);
    return {
      material: {
        creator,
        weekStart,
        asOfMs,
        sends,
        storedHorizons,
        learningOffset: learning
          ? { sendsPerDay: learning.value.offset, guard: learning.value.guard ?? NO_LEARNING.guard }
          : NO_LEARNING,
        learning: learning?.value.state,
        captions: ports.planCaptions.usable(bank, creatorId),
        usesMs: usesOf(sends),
        // Of what was planned in retrospect nothing went out: the sends tell what was used. It is kept from the week's edge only.
        neighbours: planned.filter(
          ({ scheduledAtMs, isRetrospective }) => !isRetrospective || scheduledAtMs >= week.startMs - DAY_MS,
        ),
        slots: [...kept.map(({ contentType }) => contentType), ...draw.slots],
        settings: ports.settings,
        planFollowup: (parent) => ports.planFollowup(creator.timeZone, parent),
      },
      draw,
      rotationVersion: stored?.version ?? 0,
      keptPositions: kept.map(({ position }) => position),
      bank: new Map(bank.map((caption) => [caption.captionId, caption])),
    };
  }

  private sendsBefore(creatorId: string, asOfMs: number): Promise<Send[]> {
    const query = { creatorId, fromMs: asOfMs - HISTORY_MS, untilMs: asOfMs };
    return this.ports.breakers.run('message_history', () => this.ports.history.sends(query));
  }

  private captionsOf(creatorId: string): Promise<Caption[]> {
    return this.ports.breakers.run('caption_source', () => this.ports.captionSource.captionsFor(creatorId));
  }
}

function usesOf(sends: readonly Send[]): Map<number, number[]> {
  const uses = new Map<number, number[]>();
  for (const { captionId, sentAtMs } of sends) {
    if (captionId === undefined) continue;
    const known = uses.get(captionId);
    if (known) known.push(sentAtMs);
    else uses.set(captionId, [sentAtMs]);
  }
  return uses;
}

/** The slots of a stored week that its PPVs stand for, in order of drawing. */
function slotsOf({ items }: StoredWeek): { contentType: string; position: number }[] {
  return items
    .flatMap(({ itemType, contentType, slotPosition: position }) =>
      itemType === 'ppv' && contentType !== undefined && position !== undefined ? [{ contentType, position }] : [],
    )
    .sort((a, b) => a.position - b.position);
}
