import { erosErrorBrand } from '../errors.js';
import { readThrown, textOfThrown } from '../thrown.js';
import type { SagaStatus } from './saga-status.js';

/** A saga's definition cannot be run. Nothing was registered. */
export class InvalidDefinitionError extends Error {
  override readonly name = 'InvalidDefinitionError';
  readonly code = 'invalid_definition';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly saga: string,
    /** Every problem found, each a sentence that says what to change. */
    readonly problems: readonly string[],
  ) {
    super(`the definition of saga "${saga}" cannot be run: ${problems.join('; ')}`);
  }
}

/** No saga has this id. */
export class UnknownSagaError extends Error {
  override readonly name = 'UnknownSagaError';
  readonly code = 'unknown_saga';
  readonly [erosErrorBrand] = true;

  constructor(readonly sagaId: string) {
    super(`no saga "${sagaId}": check the id; a saga started in a transaction exists once that has committed`);
  }
}

/** The id belongs to another saga. Nothing was started. */
export class SagaExistsError extends Error {
  override readonly name = 'SagaExistsError';
  readonly code = 'saga_exists';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    /** What differs from the saga that has the id: `name`, `creatorId`, `input`. */
    readonly differs: readonly string[],
  ) {
    super(`saga "${sagaId}" exists with another ${differs.join(' and ')}: use a new id for a new saga`);
  }
}

/** A worker is executing the saga right now. Nothing was changed. */
export class SagaLeasedError extends Error {
  override readonly name = 'SagaLeasedError';
  readonly code = 'saga_leased';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    readonly owner: string,
    /** By the database's clock, in ms since 1970 UTC; the owner, being alive, renews it. */
    readonly leaseUntilMs: number,
  ) {
    super(`saga "${sagaId}" is being executed by ${owner}: wait until it has ended or parked, then try again`);
  }
}

/** The saga belongs to another worker by now. Nothing was written; what this worker still does for it comes too late. */
export class SagaLeaseLostError extends Error {
  override readonly name = 'SagaLeaseLostError';
  readonly code = 'saga_lease_lost';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    readonly owner: string,
    readonly epoch: number,
  ) {
    super(`${owner} no longer holds saga "${sagaId}" (epoch ${epoch}): stop working on it, its present owner goes on`);
  }
}

/** The saga is not parked, or not at this step. Nothing was changed. */
export class NotParkedError extends Error {
  override readonly name = 'NotParkedError';
  readonly code = 'not_parked';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    readonly status: SagaStatus,
    /** The step that was to be retried or skipped; `undefined` when the saga was to be revived. */
    readonly step?: string,
    /** The steps it is parked at, in order of their start; empty when it is not parked, or at no step. */
    readonly parkedAt: readonly string[] = [],
  ) {
    super(
      parkedAt.length > 0
        ? `saga "${sagaId}" is ${status} and not parked at step "${step}", but at ${parkedAt.join(' and ')}: name one of these`
        : `saga "${sagaId}" is ${status} and ${step === undefined ? 'not parked' : `not parked at step "${step}"`}: ` +
            'only what is listed with stuck: true can be retried, skipped or revived',
    );
  }
}

/** Why a saga cannot be undone at an operator's wish. */
export type NotReversible = 'past_pivot' | 'completed' | 'being_undone' | 'undone';

const NOT_REVERSIBLE: Record<NotReversible, string> = {
  past_pivot: 'its pivot has ended or was skipped, so it only goes forward: let it end, or roll it back',
  completed: 'it has completed: roll it back instead',
  being_undone: 'it is being undone already: wait for its end, or retry or skip the undo it is parked at',
  undone: 'it is undone already: there is nothing left to undo',
};

/** The saga cannot be cancelled or rolled back. Nothing was changed. */
export class SagaNotReversibleError extends Error {
  override readonly name = 'SagaNotReversibleError';
  readonly code = 'saga_not_reversible';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    readonly status: SagaStatus,
    readonly because: NotReversible,
  ) {
    super(`saga "${sagaId}" is ${status}; ${NOT_REVERSIBLE[because]}`);
  }
}

/** A saga that was awaited did not complete: it was undone, or is parked until an operator decides. */
export class SagaFailedError extends Error {
  override readonly name = 'SagaFailedError';
  readonly code = 'saga_failed';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    /** `failed` or `rolled_back` when everything is undone; of a parked saga the status in which it was parked. */
    readonly status: SagaStatus,
    readonly isStuck: boolean,
    /** The step that failed; `undefined` when the deadline passed between two steps, or when recoveries ran out. */
    readonly failedStep: string | undefined,
    /** The message of what went wrong first. */
    readonly reason: string,
    /** `cause` is the step's own error when it was thrown in this process. */
    options?: { cause: unknown },
  ) {
    const where = failedStep === undefined ? '' : ` at step "${failedStep}"`;
    const next = isStuck
      ? `it is parked (${status}): mend the cause, then revive it, or retry or skip the step`
      : 'what had been done is undone: mend the cause, then start a new saga';
    super(`saga "${sagaId}" failed${where}: ${reason}; ${next}`, options);
  }
}

/** This process stopped working on the saga before its end. The saga is not lost: a started engine goes on with it. */
export class SagaHandedBackError extends Error {
  override readonly name = 'SagaHandedBackError';
  readonly code = 'saga_handed_back';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly sagaId: string,
    options?: { cause: unknown },
  ) {
    super(
      `this process stopped working on saga "${sagaId}" before its end: any started engine with its definition goes on`,
      options,
    );
  }
}

/** The first entry of its journal, from 1, or the column of its row that has no meaning here. */
export type UnreadableSagaPart = { readonly seq: number } | { readonly column: string };

/** A stored saga cannot be read by this version of the engine. It was left as it is. */
export class UnreadableSagaError extends Error {
  override readonly name = 'UnreadableSagaError';
  readonly code = 'unreadable_saga';
  readonly [erosErrorBrand] = true;
  /** The number of the first entry that has no meaning here, from 1; `undefined` when it is the row. */
  readonly seq: number | undefined;
  /** The column of `saga_execution_log` that has none; `undefined` when it is the journal. */
  readonly column: string | undefined;

  constructor(
    readonly sagaId: string,
    part: UnreadableSagaPart,
    options: { cause: unknown },
  ) {
    const [seq, column] = 'seq' in part ? [part.seq, undefined] : [undefined, part.column];
    const problem = problemOf(options.cause);
    super(
      seq === undefined
        ? `saga "${sagaId}" cannot be read, for its ${column} (${problem}): mend its row in saga_execution_log`
        : `saga "${sagaId}" cannot be read, from entry ${seq} of its journal on (${problem}): ` +
            'leave it to a process of the version that wrote it, or mend the entry in saga_journal',
      options,
    );
    this.seq = seq;
    this.column = column;
  }
}

const PROBLEM_MAX = 200;

/** What stands in the entry. What would be a bug in an entry of ours is none in one that was read: the row is at fault. */
function problemOf(cause: unknown): string {
  const problem = textOfThrown(readThrown(cause, 'message') ?? cause).replace(/^bug: /, '');
  return problem.length > PROBLEM_MAX ? `${problem.slice(0, PROBLEM_MAX)}...` : problem;
}

/** Another way to be told was asked for than is there. */
export class DispatchUnavailableError extends Error {
  override readonly name = 'DispatchUnavailableError';
  readonly code = 'dispatch_unavailable';

  constructor(
    readonly dispatch: string,
    problem: string,
    options?: { cause: unknown },
  ) {
    super(`workers.dispatch "${dispatch}": ${problem}`, options);
  }
}
