import { unreachable } from '../unreachable.js';
import type { SagaEvent, SagaProblem } from './saga-event.js';

/** Work that was recorded as started: a step, or the undo of one. */
export interface StartedWork {
  readonly step: string;
  /**
   * `running` covers the try that nobody knows the outcome of, after a crash. `aborted`: told to stop, since all is to be undone.
   * `skipped`: an operator let the saga go on as if it were done.
   */
  readonly outcome: 'running' | 'done' | 'failed' | 'aborted' | 'skipped';
  /** Failed tries since the start or the last revival. An interrupted try is none. */
  readonly failures: number;
  /** When the next try is due; 0: at once. */
  readonly retryAtMs: number;
  /** The number of its latest journal entry, which fences the next try. */
  readonly seq: number;
}

export interface StartedStep extends StartedWork {
  /** What the step returned. */
  readonly result?: unknown;
  readonly problem?: SagaProblem;
  /** It is the pivot. Of journals in which only the end said so: once it has ended. */
  readonly isPivot?: true;
}

/** A try that failed, as it is told. `chance` from [0, 1) goes into the wait before the next one. */
export interface FailedTry {
  readonly step: string;
  readonly problem: SagaProblem;
  readonly chance: number;
  readonly atMs: number;
}

type Of<Type extends SagaEvent['type']> = Extract<SagaEvent, { type: Type }>;
/** Entries about one step. */
export type StepEvent = Of<
  'step_started' | 'step_tried' | 'step_ended' | 'step_failed' | 'step_aborted' | 'step_reopened' | 'step_skipped'
>;
/** Entries about the undo of one step. */
export type UndoEvent = Of<
  'undo_started' | 'undo_tried' | 'undo_ended' | 'undo_failed' | 'undo_reopened' | 'undo_skipped'
>;

export const isRunning = ({ outcome }: StartedWork): boolean => outcome === 'running';
/** Whether it may be retried or skipped while the saga is parked: given up, or lost with its worker again and again. */
export const isAtFault = ({ outcome }: StartedWork): boolean => outcome === 'failed' || outcome === 'running';

/** Failed tries of what is running. */
export function failuresOf(all: readonly StartedWork[], step: string): number {
  const work = all.find((each) => each.step === step);
  if (work?.outcome !== 'running') throw new Error(`bug: "${step}" failed, but is not running`);
  return work.failures;
}

/** The steps after one more entry, which has the number `seq`. */
export function evolveSteps(steps: readonly StartedStep[], event: StepEvent, seq: number): StartedStep[] {
  const { step } = event;
  switch (event.type) {
    case 'step_started':
      return [...steps, event.isPivot ? { isPivot: event.isPivot, ...started(step, seq) } : started(step, seq)];
    case 'step_tried':
      return change(steps, step, isRunning, (work) => triedOnce(work, event.retryAtMs, seq));
    case 'step_ended':
      return change(steps, step, isRunning, (work) => ended(work, event, seq));
    case 'step_failed':
      return change(steps, step, isRunning, (work) => ({ ...failed(work, seq), problem: event.problem }));
    case 'step_aborted':
      return change(steps, step, isRunning, (work) => settled(work, 'aborted', seq));
    case 'step_reopened':
      return change(steps, step, isAtFault, (work) => reopened(work, seq));
    case 'step_skipped':
      return change(steps, step, isAtFault, (work) => settled(work, 'skipped', seq));
    default:
      return unreachable(event);
  }
}

/** The undos after one more entry, which has the number `seq`. */
export function evolveUndos(undos: readonly StartedWork[], event: UndoEvent, seq: number): StartedWork[] {
  const { step } = event;
  switch (event.type) {
    case 'undo_started':
      return [...undos, started(step, seq)];
    case 'undo_tried':
      return change(undos, step, isRunning, (work) => triedOnce(work, event.retryAtMs, seq));
    case 'undo_ended':
      return change(undos, step, isRunning, (work) => settled(work, 'done', seq));
    case 'undo_failed':
      return change(undos, step, isRunning, (work) => failed(work, seq));
    case 'undo_reopened':
      return change(undos, step, isAtFault, (work) => reopened(work, seq));
    case 'undo_skipped':
      return change(undos, step, isAtFault, (work) => settled(work, 'skipped', seq));
    default:
      return unreachable(event);
  }
}

/** Fresh tries for what had used them up, and for what was lost with its worker. */
export const reopenedAll = <Work extends StartedWork>(all: readonly Work[], seq: number): Work[] =>
  all.map((work) => (isAtFault(work) ? reopened(work, seq) : work));

const started = (step: string, seq: number): StartedWork => ({
  step,
  outcome: 'running',
  failures: 0,
  retryAtMs: 0,
  seq,
});

/** What a step in work did not have yet stands before the spread: see docs/decisions/0073. */
function ended(work: StartedStep, event: Of<'step_ended'>, seq: number): StartedStep {
  const done = settled(work, 'done', seq);
  const pivoted = event.isPivot ? { isPivot: event.isPivot, ...done } : done;
  return 'result' in event ? { result: event.result, ...pivoted } : pivoted;
}

const reopened = <Work extends StartedWork>(work: Work, seq: number): Work => {
  const { problem: _, ...rest } = work as Work & { problem?: SagaProblem };
  return { ...rest, outcome: 'running', failures: 0, retryAtMs: 0, seq } as Work;
};

const triedOnce = <Work extends StartedWork>(work: Work, retryAtMs: number, seq: number): Work => ({
  ...work,
  failures: work.failures + 1,
  retryAtMs,
  seq,
});

const failed = <Work extends StartedWork>(work: Work, seq: number): Work => ({
  ...settled(work, 'failed', seq),
  failures: work.failures + 1,
});

const settled = <Work extends StartedWork>(work: Work, outcome: StartedWork['outcome'], seq: number): Work => ({
  ...work,
  outcome,
  retryAtMs: 0,
  seq,
});

function change<Work extends StartedWork>(
  all: readonly Work[],
  step: string,
  isAllowed: (work: StartedWork) => boolean,
  to: (work: Work) => Work,
): Work[] {
  if (!all.some((work) => work.step === step && isAllowed(work))) {
    throw new Error(`bug: an entry about "${step}", which is not running`);
  }
  return all.map((work) => (work.step === step ? to(work) : work));
}
