import type { Sha256 } from '../ports/index.js';
import { InvalidDefinitionError } from './errors.js';
import { DEFAULT_RETRY, DEFAULT_UNDO_RETRY, retryProblems, type RetryPolicy } from './retry.js';
import { stepNameProblems } from './step-key.js';

/**
 * `effect`: done outside the database, at least once, with an idempotency key and a fencing number. `transaction`: only database
 * work, which commits together with its journal entry, exactly once.
 */
export type StepKind = 'effect' | 'transaction';

/** How a step is undone. */
export interface UndoOutline {
  readonly retry: RetryPolicy;
  /** Of one try. */
  readonly timeoutMs: number;
}

/** One step without its functions. */
export interface StepOutline {
  readonly name: string;
  readonly kind: StepKind;
  /** Neighbours with the same number, from 1, run at the same time. Absent: the step runs alone. */
  readonly group?: number;
  /** After this step has succeeded the saga only goes forward. */
  readonly isPivot: boolean;
  readonly retry: RetryPolicy;
  /** Of one try. */
  readonly timeoutMs: number;
  /** What happens when the tries are used up. After the pivot it is always `park`. */
  readonly onExhausted: 'compensate' | 'park';
  /** Absent: the step leaves nothing behind that needs undoing. */
  readonly undo?: UndoOutline;
}

/** A definition without its functions: all that decisions need, and all that its hash covers. */
export interface SagaOutline {
  readonly name: string;
  readonly version: number;
  readonly steps: readonly StepOutline[];
  /** From the first step's start (or the last revival) to the deadline; absent: none. The pivot ends it. */
  readonly timeoutMs?: number;
}

/** An outline as written by hand: what is left out gets its default. */
export interface SagaDraft {
  readonly name: string;
  readonly version: number;
  readonly timeoutMs?: number;
  readonly steps: readonly (StepDraft | GroupDraft)[];
}

/** Steps that run at the same time. The next step starts when all of them have ended. */
export interface GroupDraft {
  readonly parallel: readonly StepDraft[];
}

export interface StepDraft {
  readonly name: string;
  /** Default `effect`. */
  readonly kind?: StepKind;
  /** Default false. */
  readonly pivot?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  /** Default 30 s (predecessor facts 5.1). */
  readonly timeoutMs?: number;
  /** Default `compensate`. */
  readonly onExhausted?: 'compensate' | 'park';
  /** Present when the step can be undone. */
  readonly undo?: { readonly retry?: Partial<RetryPolicy>; readonly timeoutMs?: number };
}

/** Of one try of a step or of an undo, unless declared otherwise (predecessor facts 5.1). */
export const DEFAULT_STEP_TIMEOUT_MS = 30_000;
/** The longest timeout of a try, and of a whole saga: 2^31 - 1 ms, 24 days. */
export const TIMEOUT_MS_MAX = 2_147_483_647;

/**
 * The outline with every default filled in.
 *
 * @throws {InvalidDefinitionError} with everything that is wrong with it.
 */
export function outlineOf(draft: SagaDraft): SagaOutline {
  const { name, version, timeoutMs } = draft;
  let groups = 0;
  const steps = draft.steps.flatMap((each): StepOutline[] => {
    if (!isGroup(each)) return [stepOutlineOf(each)];
    groups += 1;
    return each.parallel.map((member) => ({ ...stepOutlineOf(member), group: groups }));
  });
  const outline: SagaOutline = { name, version, steps, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const problems = [...groupProblems(draft), ...problemsOf(outline)];
  if (problems.length > 0) throw new InvalidDefinitionError(String(name), problems);
  return outline;
}

/** Whether an element of `steps` is a group and not a step of its own. */
export const isGroup = <Group extends { readonly parallel: unknown }>(each: object | Group): each is Group =>
  'parallel' in each;

function stepOutlineOf(draft: StepDraft): StepOutline {
  const {
    name,
    kind = 'effect',
    pivot = false,
    timeoutMs = DEFAULT_STEP_TIMEOUT_MS,
    onExhausted = 'compensate',
  } = draft;
  const retry = { ...DEFAULT_RETRY, ...draft.retry };
  const step = { name, kind, isPivot: pivot, retry, timeoutMs, onExhausted };
  if (!draft.undo) return step;
  const { timeoutMs: undoTimeoutMs = DEFAULT_STEP_TIMEOUT_MS } = draft.undo;
  return { ...step, undo: { retry: { ...DEFAULT_UNDO_RETRY, ...draft.undo.retry }, timeoutMs: undoTimeoutMs } };
}

function groupProblems({ steps }: SagaDraft): string[] {
  const groups = steps.filter((each) => isGroup<GroupDraft>(each));
  return [
    ...(groups.every(({ parallel }) => parallel.length > 0) ? [] : ['a parallel group must hold at least one step']),
    ...(groups.some(({ parallel }) => parallel.some((member) => isGroup(member)))
      ? ['a parallel group may not hold another one']
      : []),
  ];
}

function problemsOf({ name, version, steps, timeoutMs }: SagaOutline): string[] {
  const names = steps.map((step) => step.name);
  const pivots = steps.filter(({ isPivot }) => isPivot).map((step) => step.name);
  return [
    ...(isText(name) ? [] : ['name must be a text that is not blank']),
    ...(Number.isInteger(version) && version >= 1 ? [] : ['version must be a whole number from 1']),
    ...(timeoutMs === undefined || isTimeout(timeoutMs) ? [] : [`timeoutMs must be from 1 to ${TIMEOUT_MS_MAX}`]),
    ...(steps.length > 0 ? [] : ['steps must hold at least one step']),
    ...[...new Set(names.filter((each, i) => names.indexOf(each) !== i))].map(
      (each) => `two steps are named "${each}"`,
    ),
    ...(pivots.length <= 1 ? [] : [`only one step may be the pivot, not ${pivots.join(' and ')}`]),
    ...steps.flatMap((step) => stepProblems(step).map((problem) => `step "${step.name}": ${problem}`)),
  ];
}

function stepProblems({ name, kind, group, isPivot, retry, timeoutMs, onExhausted, undo }: StepOutline): string[] {
  return [
    ...(isPivot && group !== undefined ? ['the pivot stands alone, not in a parallel group'] : []),
    ...(isText(name) ? stepNameProblems(name) : ['name must be a text that is not blank']),
    ...(kind === 'effect' || kind === 'transaction' ? [] : ['kind must be "effect" or "transaction"']),
    ...(onExhausted === 'compensate' || onExhausted === 'park' ? [] : ['onExhausted must be "compensate" or "park"']),
    ...(isTimeout(timeoutMs) ? [] : [`timeoutMs must be from 1 to ${TIMEOUT_MS_MAX}`]),
    ...retryProblems(retry).map((problem) => `retry.${problem}`),
    ...(undo && !isTimeout(undo.timeoutMs) ? [`undo.timeoutMs must be from 1 to ${TIMEOUT_MS_MAX}`] : []),
    ...(undo ? retryProblems(undo.retry).map((problem) => `undo.retry.${problem}`) : []),
  ];
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isTimeout = (ms: number): boolean => Number.isFinite(ms) && ms >= 1 && ms <= TIMEOUT_MS_MAX;

/**
 * What tells definitions apart: name, version, step names, kinds, order and policies; not the text of functions. The order in
 * which fields were written does not matter.
 */
export function definitionHash(outline: SagaOutline, sha256: Sha256): string {
  const retryOf = ({ attempts, delayMs, factor, maxDelayMs, jitter }: RetryPolicy) => [
    attempts,
    delayMs,
    factor,
    maxDelayMs,
    jitter,
  ];
  const steps = outline.steps.map(({ name, kind, group, isPivot, retry, timeoutMs, onExhausted, undo }) => [
    ...[name, kind, isPivot, retryOf(retry), timeoutMs, onExhausted],
    undo ? [retryOf(undo.retry), undo.timeoutMs] : null,
    // Only where there is one, so that definitions without groups keep the hash they had before there were groups.
    ...(group === undefined ? [] : [group]),
  ]);
  return sha256(JSON.stringify([outline.name, outline.version, outline.timeoutMs ?? null, steps]));
}

/** The steps that start together with this one: the members of its group, or it alone. */
export function startsWith(outline: SagaOutline, step: StepOutline): readonly StepOutline[] {
  return step.group === undefined ? [step] : outline.steps.filter(({ group }) => group === step.group);
}

/** The step of this name. */
export function stepNamed(outline: SagaOutline, name: string): StepOutline {
  const step = outline.steps.find((each) => each.name === name);
  if (!step) throw new Error(`bug: saga "${outline.name}" version ${outline.version} has no step "${name}"`);
  return step;
}
