import {
  assembleDecidedWeek,
  decideWeekVolume,
  predictMadeWeek,
  type Caption,
  type Rotation,
  type RotationEvent,
  type VolumeDecision,
  type WeekDraft,
  type WeekPrediction,
} from '@eros/domain';
import type { WeekPlanningPorts } from './week-planning-ports.js';
import type { WeekRequest } from './week-request.js';

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

/** Reads all that the week is made of, and makes it. Writes nothing. */
export async function composeWeek(
  { reader, schedules, clock }: WeekPlanningPorts,
  request: WeekRequest,
): Promise<ComposedWeek> {
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
