import { gapOf, type Operation, type RotationEvent, type StoredFollowup } from '@eros/domain';
import type { ComposedWeek } from './compose-week.js';
import type { WeekRequest } from './week-request.js';

/** A week that was stored, and what was done about its follow-ups. */
interface PersistedWeek {
  readonly request: WeekRequest;
  readonly composed: ComposedWeek;
  readonly templateId: number;
  readonly itemIds: readonly number[];
  readonly calledOff: readonly StoredFollowup[];
  readonly scheduled: readonly StoredFollowup[];
  readonly atMs: number;
}

/** A row of the operation log for each thing that storing a week did. */
export function operationsOf({
  request,
  composed,
  templateId,
  itemIds,
  calledOff,
  scheduled,
  atMs,
}: PersistedWeek): Operation[] {
  const { creatorId, weekStart, asOfMs, replan } = request;
  const { decision, draft, prediction, take, durationMs, rotationEvents } = composed;
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
  return [
    ...rotationEvents.flatMap((event) => rotationOperation(event, request, atMs)),
    planned,
    ...calledOff.map((stored) => followupOperation('followup_cancelled', stored, atMs)),
    ...scheduled.map((stored) => followupOperation('followup_scheduled', stored, atMs)),
    ...refused,
  ];
}

/** A plan may start a creator's rotation, or renew one that has reached its length. */
function rotationOperation(event: RotationEvent, { creatorId, weekStart }: WeekRequest, atMs: number): Operation[] {
  if (event.type !== 'initialized' && event.type !== 'renewed') return [];
  const type = event.type === 'initialized' ? 'rotation_started' : 'rotation_renewed';
  const details = {
    pattern: event.pattern,
    patternStart: new Date(event.startMs).toISOString(),
    by: 'plan',
    weekStart,
  };
  return [{ type, creatorId, atMs, details }];
}

export function followupOperation(
  type: 'followup_scheduled' | 'followup_cancelled',
  { followupId, followup }: StoredFollowup,
  atMs: number,
): Operation {
  const { creatorId, parentPpvId, followupMs } = followup;
  const why =
    followup.status === 'cancelled' ? { by: followup.cancellation.by, reason: followup.cancellation.reason } : {};
  const followupTime = new Date(followupMs).toISOString();
  const details = { followupId, parentPpvId, followupTime, gapMinutes: gapOf(followup).gapMinutes, ...why };
  return { type, creatorId, atMs, details };
}
