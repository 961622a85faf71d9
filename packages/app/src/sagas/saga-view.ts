import {
  isCancellable,
  isTerminalStatus,
  parkedAt,
  replaySaga,
  type ParkReason,
  type SagaDetail,
  type SagaEvent,
  type SagaRecord,
  type SagaStatus,
} from '@eros/domain';

/** A saga as an operator sees it. */
export interface SagaView {
  readonly sagaId: string;
  readonly creatorId: string;
  readonly name: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly status: SagaStatus;
  /** Parked: nobody works on it until an operator decides. */
  readonly stuck: boolean;
  readonly stuckReason?: ParkReason;
  /** What an operator wished and no worker has carried out yet. */
  readonly requested?: 'cancel' | 'roll_back';
  /** Nobody holds it, and this process cannot claim it: it has not defined this name and version, or not with these steps and policies. */
  readonly unclaimed: boolean;
  /** Steps that succeeded, in order of their start; also those undone since. */
  readonly stepsCompleted: readonly string[];
  readonly failedStep?: string;
  readonly errorMessage?: string;
  /** Every failed try of an undo. */
  readonly compensationErrors: readonly { readonly step: string; readonly message: string; readonly at: Date }[];
  readonly createdAt: Date;
  /** When the first step started; until then, when the saga was created. */
  readonly startedAt: Date;
  readonly completedAt?: Date;
  readonly executionTimeMs?: number;
  /** Who is working on it, and until when its lease lasts unless it is renewed. */
  readonly owner?: string;
  readonly leaseUntil?: Date;
}

/** One entry of the journal: its number, its instant, what happened, and the facts of it. */
export type TimelineEntry = { readonly seq: number; readonly at: Date } & WithoutAtMs<SagaEvent>;
type WithoutAtMs<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** What a stuck saga is stuck at, and so what an operator can do about it. */
export interface SagaStuckAt {
  readonly type: 'step' | 'undo';
  /** Those to be retried or skipped, in order of their start; none where only reviving helps. */
  readonly steps: readonly string[];
  /** Not after its pivot, and not while it is being undone. */
  readonly isCancellable: boolean;
}

export interface SagaDetailView extends SagaView {
  readonly input: unknown;
  /** Of a stuck saga. */
  readonly stuckAt?: SagaStuckAt;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
}

/** @param hashes the definitions of this process. */
export function sagaView(saga: SagaRecord, hashes: ReadonlySet<string>): SagaView {
  const { stuck, isLeased, lease, failedStep, errorMessage, completedAtMs, executionTimeMs } = saga;
  const isOpen = (!isTerminalStatus(saga.status) || saga.requested !== undefined) && stuck === undefined;
  return {
    sagaId: saga.sagaId,
    creatorId: saga.creatorId,
    name: saga.definition.name,
    version: saga.definition.version,
    definitionHash: saga.definition.hash,
    status: saga.status,
    stuck: stuck !== undefined,
    ...(stuck === undefined ? {} : { stuckReason: stuck }),
    ...(saga.requested === undefined ? {} : { requested: saga.requested }),
    unclaimed: isOpen && !isLeased && !hashes.has(saga.definition.hash),
    stepsCompleted: saga.stepsCompleted,
    ...(failedStep === undefined ? {} : { failedStep }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    compensationErrors: saga.compensationErrors.map(({ step, message, atMs }) => ({
      step,
      message,
      at: new Date(atMs),
    })),
    createdAt: new Date(saga.createdAtMs),
    startedAt: new Date(saga.startedAtMs),
    ...(completedAtMs === undefined ? {} : { completedAt: new Date(completedAtMs) }),
    ...(executionTimeMs === undefined ? {} : { executionTimeMs }),
    ...(isLeased && lease ? { owner: lease.owner, leaseUntil: new Date(lease.untilMs) } : {}),
  };
}

export function sagaDetailView(saga: SagaDetail, hashes: ReadonlySet<string>): SagaDetailView {
  const [created] = saga.journal;
  const state = replaySaga(saga.journal);
  return {
    ...sagaView(saga, hashes),
    ...(state.parked === undefined ? {} : { stuckAt: { ...parkedAt(state), isCancellable: isCancellable(state) } }),
    input: created?.type === 'created' ? created.input : undefined,
    timeline: saga.journal.map(({ atMs, ...entry }, i) => ({ seq: i + 1, at: new Date(atMs), ...entry })),
  };
}

/** A saga whose row was damaged, by hand or by another program. */
export interface UnreadableSaga {
  readonly sagaId: string;
  /** Names the column, and what to do. */
  readonly problem: string;
}

/** One page of a list; without a cursor it is the last one. */
export interface SagaViewPage {
  readonly items: readonly SagaView[];
  /** Those of the page whose row cannot be read, and why; absent when there are none. */
  readonly unreadable?: readonly UnreadableSaga[];
  readonly cursor?: string;
}

/** Sagas of one definition that no worker of this process can take up. */
export interface UnclaimedSagas {
  readonly name: string;
  readonly version: number;
  readonly count: number;
}
