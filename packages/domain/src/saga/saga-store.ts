import type { Transaction } from '../storage/index.js';
import type { UnreadableSagaError } from './errors.js';
import type { SagaClaimTerms, SagaHolder, SagaLease } from './saga-claim.js';
import type { SagaEvent } from './saga-event.js';
import type { SagaRequest } from './saga-request.js';
import type { SagaState } from './saga-state.js';
import type { SagaStatus } from './saga-status.js';
import type { SagaSummary } from './saga-summary.js';

/** Which definition a saga runs by. */
export interface DefinitionRef {
  readonly name: string;
  readonly version: number;
  readonly hash: string;
}

export interface NewSaga {
  readonly sagaId: string;
  readonly creatorId: string;
  readonly definition: DefinitionRef;
  /** JSON. */
  readonly input: unknown;
}

/** A worker's right to write to a saga, and the saga as of its last write. */
export interface HeldSaga {
  readonly sagaId: string;
  readonly owner: string;
  readonly epoch: number;
  readonly leaseMs: number;
  readonly definition: DefinitionRef;
  readonly state: SagaState;
  /** The database's time of the claim or of the last write. */
  readonly nowMs: number;
}

/** A saga as listed: the documented columns, and what was added to them. */
export interface SagaRecord extends SagaSummary {
  /** The row's number: later sagas have higher ones. */
  readonly id: number;
  readonly sagaId: string;
  readonly creatorId: string;
  readonly definition: DefinitionRef;
  readonly createdAtMs: number;
  readonly epoch: number;
  /** Absent: nobody holds it. */
  readonly lease?: SagaLease;
  /** Whether somebody holds it now, by the database's clock. */
  readonly isLeased: boolean;
}

/** A saga with its journal, oldest entry first. */
export interface SagaDetail extends SagaRecord {
  readonly journal: readonly SagaEvent[];
}

/** Sagas of one definition that wait for a worker. */
export interface WaitingSagas {
  readonly definition: DefinitionRef;
  readonly count: number;
}

export interface SagaFilter {
  readonly status?: SagaStatus;
  readonly creatorId?: string;
  readonly stuck?: boolean;
  /** From the page before; opaque. */
  readonly cursor?: string;
  /** Default 50, at most 500. */
  readonly limit?: number;
}

export interface NamedSagas {
  readonly sagaIds: readonly string[];
  /** Only those that go no further by themselves: terminal, or parked. */
  readonly atRest?: boolean;
}

export interface SagaPage {
  /** Parked ones first, then by age, newest first. */
  readonly sagas: readonly SagaRecord[];
  /** Those of the page whose row has no meaning here. They hide no other. */
  readonly unreadable: readonly UnreadableSagaError[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/**
 * Keeps sagas: one row each, and the journal that it sums up. Row and journal are written in one commit, so that the row
 * always tells the truth. Rows of other programs in the same table are left alone and not listed. What is promised here is
 * tested by `sagaStoreContract`.
 */
export interface SagaStore {
  /**
   * Creates a saga, held by `holder` from the start if one is given. It is pending, unless the holder begins it.
   *
   * @returns the held saga; `undefined` without a holder, or when the very same saga (name, creator, input) exists already:
   *   then nothing is written.
   * @throws {SagaExistsError} when another saga has the id.
   */
  create(saga: NewSaga, holder: SagaHolder | undefined, tx?: Transaction): Promise<HeldSaga | undefined>;

  /**
   * Takes up a saga that nobody holds, if its definition is one of `hashes`: writes owner, epoch and lease. A saga recovered too
   * often is parked instead.
   *
   * @returns `undefined` when the saga is unknown, of another definition, parked, held, or terminal with nothing requested; also
   *   when another worker was faster.
   * @throws {UnreadableSagaError} when its journal has no meaning here: nothing is written.
   */
  claim(sagaId: string, terms: SagaClaimTerms, hashes: readonly string[]): Promise<HeldSaga | undefined>;

  /** Ids of sagas that a worker with these definitions could claim now, oldest first. */
  claimable(hashes: readonly string[], limit: number): Promise<string[]>;

  /**
   * Sagas that wait for a worker, by definition, but for the definitions in `hashes`: a worker that has only those leaves them
   * alone. The most first.
   */
  waiting(hashes: readonly string[]): Promise<WaitingSagas[]>;

  /**
   * Appends what `decide` makes of the database's time and writes the row's new truth, in one commit. Renews the lease; ends it when the
   * saga has become terminal or is parked.
   *
   * @param decide may be asked for more instants than one. What it takes for late, it takes for late ever after.
   *
   * @returns the saga as it is now.
   * @throws {SagaLeaseLostError} when the epoch is no longer the holder's: nothing is written.
   * @throws {StaleVersionError} when the journal has grown since `held` was read, as after a commit whose answer was lost, or by an
   *   operator's request: nothing is written. `find` tells what it says now.
   */
  append(held: HeldSaga, decide: (nowMs: number) => readonly SagaEvent[], tx?: Transaction): Promise<HeldSaga>;

  /**
   * Makes the lease last `leaseMs` from now. Allowed inside another transaction, which it never joins.
   *
   * @returns how many entries the journal has: more than the holder wrote when an operator has requested something.
   * @throws {SagaLeaseLostError} as above.
   */
  renew(held: HeldSaga): Promise<number>;

  /** Hands the saga back, so that the next claim need not wait and is no recovery. Does nothing when it is no longer held. */
  release(held: HeldSaga): Promise<void>;

  /**
   * Writes down what an operator wants, in the journal. Whoever holds the saga goes on holding it.
   *
   * @throws {UnknownSagaError}
   * @throws {UnreadableSagaError} when its journal has no meaning here.
   * @throws {NotParkedError} when there is nothing to retry, skip or revive.
   * @throws {SagaNotReversibleError} when it cannot be cancelled or rolled back.
   * @throws {SagaLeasedError} when a worker is executing what is to be rolled back.
   */
  request(sagaId: string, request: SagaRequest, tx?: Transaction): Promise<void>;

  /** @throws {UnreadableSagaError} when its journal has no meaning here. */
  find(sagaId: string, tx?: Transaction): Promise<SagaDetail | undefined>;

  /**
   * Those of these sagas that exist, without their journals; in no order.
   *
   * @throws {UnreadableSagaError} for a row that has no meaning here.
   */
  records(sagas: NamedSagas, tx?: Transaction): Promise<SagaRecord[]>;

  /**
   * @throws {InvalidSettingsError} for a cursor that is not one of ours, or a limit out of range.
   * @throws {UnreadableSagaError} for a row that has no meaning here.
   */
  list(filter?: SagaFilter, tx?: Transaction): Promise<SagaPage>;
}
