import { canonicalJson } from '../idempotency/index.js';
import { SagaExistsError } from './errors.js';
import { decideSagaClaim, type SagaHolder } from './saga-claim.js';
import type { SagaEvent } from './saga-event.js';
import { evolve, replay, type SagaState } from './saga-state.js';
import type { HeldSaga, NewSaga, SagaDetail } from './saga-store.js';

/** The first entries of a new saga and what they make of it. */
export function createdSaga(
  { creatorId, input }: NewSaga,
  holder: SagaHolder | undefined,
  nowMs: number,
): { events: readonly SagaEvent[]; state: SagaState } {
  const created: SagaEvent = { type: 'created', atMs: nowMs, creatorId, input };
  const pending = replay([created]);
  if (!holder) return { events: [created], state: pending };
  const decision = decideSagaClaim(pending, undefined, holder, nowMs);
  if (decision.type !== 'claimed') throw new Error('bug: a new saga could not be claimed');
  const claimed = decision.events.reduce(evolve, pending);
  const begun = holder.begin?.(claimed, nowMs) ?? [];
  return { events: [created, ...decision.events, ...begun], state: begun.reduce(evolve, claimed) };
}

/** Throws `saga_exists` unless the stored saga is the very one that was to be created. */
export function assertSameSaga(stored: SagaDetail, given: NewSaga): void {
  const [created] = stored.journal;
  const storedInput = created?.type === 'created' ? created.input : undefined;
  const differs = [
    ...(stored.definition.name === given.definition.name ? [] : ['name']),
    ...(stored.creatorId === given.creatorId ? [] : ['creatorId']),
    ...(textOf(storedInput) === textOf(given.input) ? [] : ['input']),
  ];
  if (differs.length > 0) throw new SagaExistsError(given.sagaId, differs);
}

function textOf(json: unknown): string {
  const canonical = canonicalJson(json);
  if (canonical.type === 'refused')
    throw new Error(`bug: an input that is not JSON: ${canonical.path} ${canonical.problem}`);
  return canonical.text;
}

/** The held saga after entries were appended. */
export function heldAfter(held: HeldSaga, events: readonly SagaEvent[], nowMs: number): HeldSaga {
  return { ...held, state: events.reduce(evolve, held.state), nowMs };
}
