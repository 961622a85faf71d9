import {
  decideSaga,
  isErosError,
  replaySaga,
  SagaLeaseLostError,
  UnknownSagaError,
  type HeldSaga,
  type Logger,
  type SagaCommand,
  type SagaEvent,
  type SagaOutline,
  type SagaStore,
  type Transaction,
} from '@eros/domain';

/** A write that failed is tried this often in all, if reading shows that it did not happen. */
export const WRITE_TRIES = 3;

/**
 * A saga as this worker knows it, and the only way in which the worker writes to it: one write at a time, each on top of the one
 * before, also when steps run side by side.
 */
export class SagaJournal {
  private isWriting = false;
  /** What asked for its turn: ends and failures of steps, and transactions, which let those go first. */
  private readonly waiting: { readonly urgent: (() => Promise<void>)[]; readonly patient: (() => Promise<void>)[] } = {
    urgent: [],
    patient: [],
  };

  constructor(
    private current: HeldSaga,
    private readonly outline: SagaOutline,
    private readonly ports: { readonly store: SagaStore; readonly logger: Logger },
  ) {}

  get held(): HeldSaga {
    return this.current;
  }

  /**
   * Runs what writes when nothing else is writing. It must not ask for another turn itself.
   *
   * @param patience `patient` lets everything go first that is `urgent`: a transaction that has not begun waits for the failure
   *   that makes it pointless.
   */
  inTurn<T>(work: () => Promise<T>, patience: 'urgent' | 'patient' = 'urgent'): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting[patience].push(() => work().then(resolve, reject));
      if (!this.isWriting) void this.takeTurns();
    });
  }

  private async takeTurns(): Promise<void> {
    this.isWriting = true;
    const { urgent, patient } = this.waiting;
    for (let next = urgent.shift() ?? patient.shift(); next; next = urgent.shift() ?? patient.shift()) await next();
    this.isWriting = false;
  }

  /** Writes down what follows from a command, in a transaction of its own. */
  record(commandAt: (atMs: number) => SagaCommand): Promise<void> {
    return this.inTurn(async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          this.current = await this.ports.store.append(this.current, (atMs) => this.decide(commandAt(atMs)));
          return;
        } catch (error) {
          if (isErosError(error, 'saga_lease_lost') || tries === WRITE_TRIES) throw error;
          const seen = await this.look();
          if (seen === 'written') return;
          if (seen === 'unchanged')
            this.ports.logger.warn({ sagaId: this.current.sagaId, error }, 'writing to the saga failed');
        }
      }
    });
  }

  /** Writes down what follows from a command, in the transaction of a step: for the caller's turn. The saga is as before until `committed`. */
  append(commandAt: (atMs: number) => SagaCommand, tx: Transaction): Promise<HeldSaga> {
    return this.ports.store.append(this.current, (atMs) => this.decide(commandAt(atMs)), tx);
  }

  committed(held: HeldSaga): void {
    this.current = held;
  }

  /**
   * Takes the saga as it is written, for the caller's turn.
   *
   * @returns `written` when this worker has written since the saga was last read: a commit whose answer was lost. `requested` when
   *   an operator has, and nobody else.
   */
  async look(): Promise<'written' | 'requested' | 'unchanged'> {
    const { sagaId, epoch, state } = this.current;
    const stored = await this.ports.store.find(sagaId);
    if (!stored) throw new UnknownSagaError(sagaId);
    if (stored.epoch !== epoch) throw this.leaseLost();
    const added = stored.journal.slice(state.seq);
    if (added.length === 0) return 'unchanged';
    this.current = { ...this.current, state: replaySaga(stored.journal) };
    return added.every(isRequest) ? 'requested' : 'written';
  }

  leaseLost(): SagaLeaseLostError {
    const { sagaId, owner, epoch } = this.current;
    return new SagaLeaseLostError(sagaId, owner, epoch);
  }

  private decide(command: SagaCommand): SagaEvent[] {
    return decideSaga(command, this.current.state, this.outline);
  }
}

/** The only entry that others may add while a worker holds a saga. */
const isRequest = ({ type }: SagaEvent): boolean => type === 'requested';
