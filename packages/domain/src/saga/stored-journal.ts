import { UnreadableSagaError } from './errors.js';
import type { SagaEvent } from './saga-event.js';
import { evolve, replay, type SagaState } from './saga-state.js';

/** A journal as it was read, and the saga that it tells of. */
export interface StoredJournal {
  readonly journal: readonly SagaEvent[];
  readonly saga: SagaState;
}

/**
 * Reads a stored journal.
 *
 * @param eventOf makes an event of what is stored; may throw.
 * @throws {UnreadableSagaError} when an entry is damaged, or of a kind or in a place that this version knows nothing of.
 */
export function readJournal<Stored>(
  sagaId: string,
  stored: readonly Stored[],
  eventOf: (entry: Stored) => SagaEvent,
): StoredJournal {
  const journal: SagaEvent[] = [];
  try {
    const [first, ...rest] = stored;
    const created = first === undefined ? [] : [eventOf(first)];
    created.forEach(refuseNothing);
    let saga = replay(created);
    journal.push(...created);
    for (const entry of rest) {
      const event = eventOf(entry);
      refuseNothing(event);
      saga = evolve(saga, event);
      journal.push(event);
    }
    return { journal, saga };
  } catch (cause) {
    throw new UnreadableSagaError(sagaId, { seq: journal.length + 1 }, { cause });
  }
}

function refuseNothing(event: unknown): void {
  if (typeof event !== 'object' || event === null) throw new Error(`${JSON.stringify(event)} is no entry`);
}
