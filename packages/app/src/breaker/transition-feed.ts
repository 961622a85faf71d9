import { TRANSITIONS_KEPT, type BreakerStore, type BreakerTransition, type Logger } from '@eros/domain';
import { orTimeout, type Schedule } from './schedule.js';

/** A transition as a process hears of it. */
export interface HeardTransition extends BreakerTransition {
  /**
   * `fleet`: every process hears of it once, and the history has it. `process`: this one moved for itself, without its
   * database or as one that a quorum has not followed; its generations are its own.
   */
  readonly scope: 'fleet' | 'process';
}

export type TransitionListener = (transition: HeardTransition) => void;

const READ_TIMEOUT_MS = 5_000;

/** Tells listeners each transition of the breakers in use, once and in order. Without listeners it reads nothing. */
export class TransitionFeed {
  private readonly listeners = new Set<TransitionListener>();
  /** Up to which generation listeners have heard of a breaker. */
  private readonly heard = new Map<string, number>();
  /** Breakers whose history could not be read, and up to which generation it was to be. */
  private readonly missed = new Map<string, number>();
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: {
      readonly store: Pick<BreakerStore, 'history'>;
      readonly logger: Logger;
      readonly schedule: Schedule;
    },
  ) {}

  add(listener: TransitionListener): () => void {
    // The same function given twice is two listeners: each is removed by its own answer.
    const own: TransitionListener = (transition) => listener(transition);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  tell(transition: HeardTransition): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(transition);
      } catch (error) {
        this.ports.logger.error({ breaker: transition.name, error }, 'a listener for breaker transitions threw');
      }
    }
  }

  /** The fleet's breaker has moved from one generation to another: what lies between is read, and told. */
  moved(name: string, from: number, to: number): void {
    if (this.listeners.size === 0 || to < from) {
      this.heard.delete(name);
      this.missed.delete(name);
      return;
    }
    if (!this.heard.has(name)) this.heard.set(name, from);
    this.turn = this.turn.then(() => this.catchUp(name, to));
  }

  /** The database can be reached: what could not be read is read now. */
  tryAgain(): void {
    for (const [name, to] of this.missed) this.turn = this.turn.then(() => this.catchUp(name, to));
    this.missed.clear();
  }

  /** Resolves when nothing of the history is being read any more. Never rejects. */
  caughtUp(): Promise<void> {
    return this.turn;
  }

  private async catchUp(name: string, to: number): Promise<void> {
    const { store, logger, schedule } = this.ports;
    const from = this.heard.get(name);
    if (from === undefined || from >= to) return;
    try {
      const query = { afterGeneration: from, limit: TRANSITIONS_KEPT };
      const transitions = await orTimeout(store.history(name, query), READ_TIMEOUT_MS, schedule);
      this.heard.set(name, to);
      for (const each of ofPresentRow(transitions)) if (each.generation <= to) this.tell({ ...each, scope: 'fleet' });
    } catch (error) {
      // Told when the database is reached again, or with the next move.
      this.missed.set(name, to);
      logger.warn({ breaker: name, error }, 'cannot read the history of a circuit breaker');
    }
  }
}

/** A row that was deleted begins anew, with generations that the history has already: what it tells of the old row is over. */
function ofPresentRow(transitions: readonly BreakerTransition[]): readonly BreakerTransition[] {
  const begin = transitions.findLastIndex(
    ({ generation }, i) => generation <= (transitions[i - 1]?.generation ?? -Infinity),
  );
  return transitions.slice(Math.max(0, begin));
}
