import {
  assertReplaceable,
  daysOnPattern,
  decideRotation,
  evolveRotation,
  restoredWeek,
  UnknownCreatorError,
  type Operation,
  type Rotation,
  type StoredFollowup,
  type StoredWeek,
  type Transaction,
  type VolumeDecision,
} from '@eros/domain';
import { followupOperation } from './plan-operations.js';
import { callOffFollowups, putBackFollowups } from './planned-followups.js';
import type { ComposedWeek } from './compose-week.js';
import type { PersistedWeek } from './persist-week.js';
import type { WeekPlanningPorts } from './week-planning-ports.js';
import type { WeekRequest } from './week-request.js';

/** What stood there before a week was planned again, as its undo needs it. JSON. */
export interface ReplacedWeek {
  readonly week: StoredWeek;
  /** Those of its follow-ups that were called off with it. */
  readonly followups: readonly StoredFollowup[];
  readonly decision?: VolumeDecision;
  readonly predictionId?: number;
}

interface Withdrawal {
  readonly request: WeekRequest;
  readonly composed: ComposedWeek;
  readonly replaced: ReplacedWeek | undefined;
  readonly sagaId: string;
}

/**
 * Undoes a stored plan: the week goes, or the one that it replaced comes back; its follow-ups are called off, its prediction
 * is superseded, and the slots are given back if no later plan has taken more. Of a week that was planned again since, nothing
 * of this saga is left, and nothing is done.
 *
 * @throws {WeekNotReplaceableError} when the week was approved, or something of it was sent.
 */
export async function withdrawWeek(
  ports: WeekPlanningPorts,
  { request, composed, replaced: replacedBySaga, sagaId }: Withdrawal,
  tx: Transaction,
): Promise<void> {
  const { creatorId, weekStart } = request;
  const stored = await ports.schedules.find(creatorId, weekStart, tx);
  if (stored?.sagaId !== sagaId) return;
  assertReplaceable(stored);
  const { templateId } = stored;
  const atMs = ports.clock.nowMs();
  const why = { by: 'saga', reason: `${sagaId} was rolled back` };
  const calledOff = await callOffFollowups(ports, stored, why, atMs, tx);
  await ports.predictions.supersede(creatorId, weekStart, atMs, tx);
  const replaced = await standingBefore(ports, replacedBySaga, tx);
  const isGivenBack = await giveBackSlots(ports, composed, replaced, atMs, tx);
  const putBack = replaced ? await putBackWeek(ports, templateId, replaced, atMs, tx) : [];
  if (!replaced) await ports.schedules.withdraw(templateId, tx);
  const done: Operation = {
    type: replaced ? 'week_restored' : 'week_withdrawn',
    creatorId,
    atMs,
    details: { weekStart, templateId, sagaId, items: stored.items.length, areSlotsGivenBack: isGivenBack },
  };
  const operations = [
    done,
    ...calledOff.map((each) => followupOperation('followup_cancelled', each, atMs)),
    ...putBack.map((each) => followupOperation('followup_scheduled', each, atMs)),
  ];
  await ports.operations.appendAll(operations, tx);
}

/** What a week stood in place of whose saga was not taken back meanwhile: what was rolled back is not to come back. */
async function standingBefore(
  { sagaStore }: WeekPlanningPorts,
  replaced: ReplacedWeek | undefined,
  tx: Transaction,
): Promise<ReplacedWeek | undefined> {
  for (let before = replaced; before;) {
    const { sagaId } = before.week;
    const saga = sagaId === undefined ? undefined : await sagaStore.find(sagaId, tx);
    // Under way is as good as done: an undo that comes after this one will not find its week.
    if (!saga || (saga.status !== 'rolled_back' && saga.status !== 'compensating')) return before;
    const persisted = saga.journal.find((event) => event.type === 'step_ended' && event.step === 'persist');
    before = persisted?.type === 'step_ended' ? (persisted.result as PersistedWeek | undefined)?.replaced : undefined;
  }
  return undefined;
}

/** Stores the replaced week under its template again, with the prediction and the decision that belong to it. */
async function putBackWeek(
  ports: WeekPlanningPorts,
  templateId: number,
  { week, followups, decision, predictionId }: ReplacedWeek,
  atMs: number,
  tx: Transaction,
): Promise<StoredFollowup[]> {
  const { creatorId, weekStart } = week;
  const restored = restoredWeek(week);
  const { itemIds } = await ports.schedules.replace(templateId, restored, tx);
  if (week.status !== 'generated') await ports.schedules.setStatus(templateId, week.status, tx);
  const newIdOf = new Map(week.items.map(({ itemId }, index) => [itemId, itemIds[index] as number]));
  for (const { itemId, send } of week.items) {
    if (send) await ports.schedules.saveSend(newIdOf.get(itemId) as number, send, tx);
  }
  const cancelled = week.items.flatMap(({ itemId, isCancelled }) =>
    isCancelled ? [newIdOf.get(itemId) as number] : [],
  );
  await ports.schedules.cancelItems(cancelled, tx);
  if (predictionId !== undefined) await ports.predictions.reinstate(predictionId, tx);
  if (decision) {
    // The latest decision of a week is the one that holds: it is logged once more.
    const entry = { creatorId, weekStart, templateId, calculatedAtMs: atMs, decision };
    await ports.schedules.linkCalculation(templateId, await ports.volumeLog.append(entry, tx), tx);
  }
  return putBackFollowups(ports, followups, newIdOf, atMs, tx);
}

/** Winds the rotation back to where the plan found it, if the plan's slots are the last ones taken. Tells whether they were. */
async function giveBackSlots(
  { creators, rotations }: WeekPlanningPorts,
  { rotation: { creatorId, patternStartMs }, take }: ComposedWeek,
  replaced: ReplacedWeek | undefined,
  atMs: number,
  tx: Transaction,
): Promise<boolean> {
  const stored = await rotations.load(creatorId, tx);
  const isLastTaken = stored?.value.patternStartMs === patternStartMs && stored.value.position === take.to;
  if (!isLastTaken) return false;
  const creator = await creators.find(creatorId, tx);
  if (!creator) throw new UnknownCreatorError(creatorId);
  // A plan that replaced the last planned week began at that week's first slot: those slots are that week's again.
  const before = replaced?.week;
  const isWoundBack = before?.patternStartMs === patternStartMs && before.slots.from === take.from;
  const position = isWoundBack ? before.slots.to : take.from;
  const decided = decideRotation({ type: 'take', from: take.from, count: position - take.from }, stored.value);
  if (decided.type === 'refused')
    throw new Error(`bug: slots cannot be given back to a rotation that is ${decided.state}`);
  const next = decided.events.reduce<Rotation>(evolveRotation, stored.value);
  const write = { expectedVersion: stored.version, atMs, daysOnPattern: daysOnPattern(next, atMs, creator.timeZone) };
  await rotations.save(next, write, tx);
  return true;
}
