import type { Transaction } from '@eros/domain';

export interface StartSaga<I> {
  readonly creatorId: string;
  /** JSON. */
  readonly input: I;
  /** Default: a fresh one. The same id with the same input is the same saga, however often it is started. */
  readonly sagaId?: string;
  /** The saga exists when this commits; a started engine begins it within one sweep. */
  readonly transaction?: Transaction;
  /**
   * Orders the wake-ups of pg-boss for sagas started in a transaction, and nothing else: higher ones first. Default 0. It is not
   * stored with the saga; where sagas are found by sweeping it means nothing.
   */
  readonly priority?: number;
}

export interface CompletedSaga {
  readonly sagaId: string;
  /** What the steps returned, by name; steps that returned nothing are absent. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly executionTimeMs: number;
}

export interface SagaHandle {
  readonly sagaId: string;
  /**
   * The saga's end, wherever it is executed.
   *
   * @throws {SagaFailedError} when it was undone, or is parked.
   * @throws {SagaHandedBackError} when this process closes first, or can no longer write to the database.
   * @throws {UnknownSagaError} when the transaction that it was started in has not committed.
   */
  wait(): Promise<CompletedSaga>;
}

/** A definition that can be started. */
export interface Saga<I> {
  readonly name: string;
  readonly version: number;
  /**
   * Starts a saga: executed by this process, unless it is started inside a transaction.
   *
   * @throws {UnknownCreatorError}
   * @throws {SagaExistsError} when another saga (other name, creator or input) has the id.
   * @throws {InvalidSettingsError} when the input is not JSON, the id blank, or the priority no whole number.
   * @throws {EngineClosedError} when this process is closing: nothing was started.
   */
  start(request: StartSaga<I>): Promise<SagaHandle>;
  /** Starts a saga and waits for its end. Rejects as `start` and the handle's `wait` do. */
  run(request: Omit<StartSaga<I>, 'transaction'>): Promise<CompletedSaga>;
}
