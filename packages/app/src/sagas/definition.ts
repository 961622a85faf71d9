import {
  InvalidDefinitionError,
  isGroup,
  outlineOf,
  type RetryPolicy,
  type SagaOutline,
  type StepDraft,
  type Transaction,
} from '@eros/domain';
import { definitionProblems, nameOfDefinition } from './definition-problems.js';

/** What a step is given. A copy: changing it changes nothing elsewhere. */
export interface StepContext<I> {
  readonly sagaId: string;
  readonly creatorId: string;
  readonly input: I;
  /** What earlier steps returned, by their names, as JSON gives it back. */
  readonly results: Readonly<Record<string, unknown>>;
  /**
   * Aborted when the try has timed out, when the saga's deadline has passed, when all is to be undone since another step of the
   * group failed or an operator cancelled, or when this worker has lost the saga.
   */
  readonly signal: AbortSignal;
  /**
   * Higher for each try than for every earlier try of the step, by whichever worker. A resource that remembers the highest one it
   * has seen can refuse a late worker.
   */
  readonly fence: number;
  /** The same for every try of the step, and another one for its undo: hand it on, so that the effect happens once. */
  readonly idempotencyKey: string;
  /** From 1. A try that a crash interrupted is repeated under the same number. */
  readonly attempt: number;
}

/** What a `transaction` step is given. */
export interface TransactionContext<I> extends StepContext<I> {
  /** The open transaction, in which all the step's database work belongs. */
  readonly tx: Transaction;
}

interface StepOptions {
  /** Unique within the definition, without a colon, and not `undo`: it is part of idempotency keys. */
  readonly name: string;
  /** After this step has succeeded the saga only goes forward. At most one step, never one of a group. Default false. */
  readonly pivot?: boolean;
  /** Default: one try. */
  readonly retry?: Partial<RetryPolicy>;
  /** Of one try. Default 30 s. The transaction of a `transaction` step may be limited further by the engine. */
  readonly timeoutMs?: number;
  /** When the tries are used up: undo everything (the default), or park the saga for an operator. After the pivot always `park`. */
  readonly onExhausted?: 'compensate' | 'park';
  /** Tries and time of the undo. Default: 5 tries, 30 s each. */
  readonly compensation?: { readonly retry?: Partial<RetryPolicy>; readonly timeoutMs?: number };
}

/**
 * A step that does something outside the database. It may be run more than once, and its undo may meet an effect that never
 * happened: the outcome of a try is not known when it failed, timed out or was interrupted by a crash.
 */
export interface EffectStep<I> extends StepOptions {
  readonly kind?: 'effect';
  /** What it returns (JSON, or nothing) is kept and handed to later steps. */
  readonly execute: (context: StepContext<I>) => Promise<unknown>;
  readonly compensate?: (context: StepContext<I>) => Promise<unknown>;
}

/** A step that does only database work: it commits together with its journal entry, exactly once, and so does its undo. */
export interface TransactionStep<I> extends StepOptions {
  readonly kind: 'transaction';
  readonly execute: (context: TransactionContext<I>) => Promise<unknown>;
  readonly compensate?: (context: TransactionContext<I>) => Promise<unknown>;
}

export type SagaStep<I> = EffectStep<I> | TransactionStep<I>;

/** What is done, in which order, and how each step is undone. */
export interface SagaDefinition<I> {
  readonly name: string;
  /** A whole number from 1. Raise it with every change of steps or policies: sagas under way go on by the version they began with. */
  readonly version: number;
  /** From the first step's start to the deadline; not after the pivot. Default: none. */
  readonly timeoutMs?: number;
  readonly steps: readonly (SagaStep<I> | ParallelSteps<I>)[];
}

/**
 * Steps that run at the same time; the next one starts when all have ended. When one of them fails for good the others are aborted
 * and waited for, each up to its timeout, before anything is undone. The transactions among them run one after another.
 */
export interface ParallelSteps<I> {
  /** A group is of no kind; its steps are. */
  readonly kind?: never;
  readonly parallel: readonly SagaStep<I>[];
}

/** All steps in order, also those of groups. */
export const stepsOf = <I>({ steps }: SagaDefinition<I>): SagaStep<I>[] =>
  steps.flatMap((each) => (isGroup<ParallelSteps<I>>(each) ? each.parallel : [each]));

/** A definition's data, checked and complete. Throws `invalid_definition`. */
export function outlineOfDefinition<I>(definition: SagaDefinition<I>): SagaOutline {
  const problems = definitionProblems(definition);
  if (problems.length > 0) throw new InvalidDefinitionError(nameOfDefinition(definition), problems);
  const { name, version, timeoutMs, steps } = definition;
  return outlineOf({
    name,
    version,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    steps: steps.map((each) =>
      isGroup<ParallelSteps<I>>(each) ? { parallel: each.parallel.map(draftOf) } : draftOf(each),
    ),
  });
}

function draftOf<I>({ execute: _, compensate, compensation = {}, ...options }: SagaStep<I>): StepDraft {
  return { ...options, ...(compensate ? { undo: compensation } : {}) };
}
