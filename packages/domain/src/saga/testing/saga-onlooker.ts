import type { SagaEvent, SagaProblem } from '../saga-event.js';
import { stepNamed, type SagaOutline } from '../saga-outline.js';
import type { SagaRequest } from '../saga-request.js';
import { isTerminal, type SagaState } from '../saga-state.js';
import { summarize } from '../saga-summary.js';
import type { SagaTask } from '../saga.js';

export type Try = Extract<SagaTask, { type: 'execute' | 'undo' }>;

/** The deadline of every definition that has one. */
export const TIMEOUT_MS = 1_000;
export const RECOVERIES_MAX = 3;
const END_OF_A_TRY = /^(step|undo)_(tried|ended|failed|aborted)$/;

/** A definition as an onlooker reads it: what starts together, in order, and how each step is declared. */
export interface Plan {
  readonly stages: readonly (readonly string[])[];
  readonly outline: SagaOutline;
}

/**
 * What somebody notes down who watches the journal grow and the steps being called, and has read the definition. It is simpler
 * than the machine: sets of names, and no rule of what comes next but the ones that users are promised.
 */
export class Onlooker {
  nowMs = 10_000;
  timedFromMs = Infinity;
  status: string = 'pending';
  parked: string | undefined;
  request: string | undefined;
  cause: string | undefined;
  isHeld = true;
  recoveries = 0;
  failedUndoTries = 0;
  startedInOrder: string[] = [];
  ended = new Set<string>();
  skipped = new Set<string>();
  givenUp = new Set<string>();
  aborted = new Set<string>();
  undosStarted: string[] = [];
  undone = new Set<string>();
  undosSkipped = new Set<string>();
  undosGivenUp = new Set<string>();
  failures = new Map<string, number>();
  fences = new Map<string, number>();
  /** Tries that are going on in the worker. */
  readonly out: Try[] = [];

  constructor(private readonly plan: Plan) {}

  isPastPivot(): boolean {
    return this.plan.outline.steps.some(
      ({ name, isPivot }) => isPivot && (this.ended.has(name) || this.skipped.has(name)),
    );
  }

  private running(): string[] {
    const isOver = (name: string) =>
      [this.ended, this.skipped, this.givenUp, this.aborted].some((all) => all.has(name));
    return this.startedInOrder.filter((name) => !isOver(name));
  }

  private runningUndos(): string[] {
    const isOver = (name: string) => [this.undone, this.undosSkipped, this.undosGivenUp].some((all) => all.has(name));
    return this.undosStarted.filter((name) => !isOver(name));
  }

  private owedUndos(): string[] {
    return [...this.startedInOrder].reverse().filter((name) => {
      const { kind, undo } = stepNamed(this.plan.outline, name);
      return undo && (kind === 'effect' || this.ended.has(name));
    });
  }

  /** The steps, or undos, that an operator may name. */
  parkedAt(): string[] {
    if (!this.parked) return [];
    if (this.status === 'compensating') return [...this.undosGivenUp, ...this.runningUndos()];
    return this.status === 'in_progress' ? [...this.givenUp, ...this.running()] : [];
  }

  expects(request: SagaRequest): boolean {
    const isForward = this.status === 'pending' || this.status === 'in_progress';
    switch (request.type) {
      case 'revive':
        return this.parked !== undefined;
      case 'cancel':
        return isForward && !this.isPastPivot();
      case 'roll_back':
        return (isForward || this.status === 'completed') && !this.isHeld;
      default:
        return this.parkedAt().includes(request.step);
    }
  }

  sees(events: readonly SagaEvent[]): void {
    const batch = events.flatMap((event) => (event.type === 'step_started' ? [event.step] : []));
    const first = events.find(({ type }) => type === 'step_started');
    for (const event of events) {
      if (event === first) this.expectsStart(batch);
      this.seesOne(event);
    }
  }

  /** A whole stage starts at once, when all before it is done or skipped. */
  private expectsStart(batch: readonly string[]): void {
    expect([this.cause, this.request]).toEqual([undefined, undefined]);
    const index = this.plan.stages.findIndex((stage) => stage.every((name) => !this.startedInOrder.includes(name)));
    expect(batch).toEqual(this.plan.stages[index]);
    this.nextStage = index;
  }
  private nextStage = 0;

  private seesOne(event: SagaEvent): void {
    if (END_OF_A_TRY.test(event.type)) this.recoveries = 0;
    switch (event.type) {
      case 'begun':
        this.status = 'in_progress';
        this.timedFromMs = this.nowMs;
        return;
      case 'claimed':
        this.recoveries += event.isRecovery ? 1 : 0;
        this.isHeld = true;
        return;
      case 'step_started': {
        const earlier = this.plan.stages.slice(0, this.nextStage).flat();
        expect(earlier.filter((name) => !this.ended.has(name) && !this.skipped.has(name))).toEqual([]);
        return void this.startedInOrder.push(event.step);
      }
      case 'step_ended':
        return void this.ended.add(event.step);
      case 'step_failed':
        return void this.givenUp.add(event.step);
      case 'step_aborted':
        expect(this.out.filter(({ step }) => step === event.step)).toEqual([]); // it was waited for
        return void this.aborted.add(event.step);
      case 'compensation_started':
        this.cause = event.cause.type;
        this.status = 'compensating';
        if (event.cause.type === 'requested') expect(event.cause.request.action).toBe(this.request);
        if (event.cause.type === 'deadline_passed')
          expect(this.nowMs).toBeGreaterThanOrEqual(this.timedFromMs + TIMEOUT_MS);
        if (this.request !== 'roll_back') expect(this.isPastPivot()).toBe(false);
        this.request = undefined;
        return;
      case 'undo_started': {
        expect(this.status).toBe('compensating');
        expect([this.running(), this.runningUndos()]).toEqual([[], []]);
        expect(this.out).toEqual([]); // nothing is going on any more before the first undo, nor beside another one
        expect(event.step).toBe(this.owedUndos().find((name) => !this.undosStarted.includes(name)));
        return void this.undosStarted.push(event.step);
      }
      case 'undo_ended':
        return void this.undone.add(event.step);
      case 'undo_failed':
        return void this.undosGivenUp.add(event.step);
      case 'completed':
        expect([this.cause, this.request]).toEqual([undefined, undefined]);
        expect(this.plan.stages.flat().filter((name) => !this.ended.has(name) && !this.skipped.has(name))).toEqual([]);
        return this.leaves(event.type);
      case 'failed':
      case 'rolled_back': {
        expect(event.type === 'rolled_back').toBe(this.cause === 'requested');
        expect(this.running()).toEqual([]);
        expect(this.owedUndos().filter((name) => !this.undone.has(name) && !this.undosSkipped.has(name))).toEqual([]);
        return this.leaves(event.type);
      }
      case 'parked':
        this.expectsParking(event.reason);
        this.parked = event.reason;
        this.isHeld = false;
        return;
      case 'requested':
        if (this.request !== 'roll_back') this.request = event.action;
        return this.isUnparked();
      case 'request_refused':
        expect([this.request, this.isPastPivot()]).toEqual(['cancel', true]);
        this.request = undefined;
        return;
      case 'revived':
        this.failures.clear();
        (this.status === 'compensating' ? this.undosGivenUp : this.givenUp).clear();
        this.timedFromMs = this.nowMs;
        return this.isUnparked();
      case 'step_reopened':
      case 'undo_reopened':
        this.failures.delete(`${event.type === 'step_reopened' ? 'execute' : 'undo'} ${event.step}`);
        (event.type === 'step_reopened' ? this.givenUp : this.undosGivenUp).delete(event.step);
        this.timedFromMs = this.nowMs;
        return this.isUnparked();
      case 'step_skipped':
      case 'undo_skipped': {
        const [left, skips] =
          event.type === 'step_skipped' ? [this.givenUp, this.skipped] : [this.undosGivenUp, this.undosSkipped];
        left.delete(event.step);
        skips.add(event.step);
        this.timedFromMs = this.nowMs;
        // Whatever else is given up keeps it parked.
        if (left.size === 0 || this.parked === 'recovered_too_often') this.isUnparked();
        return;
      }
      default:
        return;
    }
  }

  private expectsParking(reason: string): void {
    if (reason === 'recovered_too_often') return expect(this.recoveries).toBe(RECOVERIES_MAX);
    const [running, givenUp] =
      reason === 'step_exhausted'
        ? [this.running(), this.givenUp]
        : [this.owedUndos().filter((name) => !this.undosStarted.includes(name)), this.undosGivenUp];
    expect(running).toEqual([]); // the others go on to their end
    expect(givenUp.size).toBeGreaterThan(0);
  }

  private isUnparked(): void {
    this.parked = undefined;
    this.recoveries = 0;
  }

  private leaves(status: string): void {
    this.status = status;
    this.isHeld = false;
  }

  /** A try is about to be made: may it be? */
  seesTry(task: Try): void {
    const { type, step, fence, attempt } = task;
    const key = `${type} ${step}`;
    expect(fence).toBeGreaterThan(this.fences.get(key) ?? 0);
    this.fences.set(key, fence);
    expect(attempt).toBe((this.failures.get(key) ?? 0) + 1);
    expect(this.isHeld).toBe(true);
    if (type === 'execute') expect([this.cause, this.running().includes(step)]).toEqual([undefined, true]);
    else expect([this.runningUndos()[0], this.out]).toEqual([step, []]); // one by one, also after a revival
    this.out.push(task);
  }

  /** After a failed try: is it to be tried again, if time allows? */
  expectsRetry({ type, step }: Try, problem: SagaProblem): boolean {
    const key = `${type} ${step}`;
    const count = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, count);
    if (type === 'undo') this.failedUndoTries += 1;
    const { retry, undo } = stepNamed(this.plan.outline, step);
    const attempts = type === 'execute' ? retry.attempts : (undo?.retry.attempts ?? 0);
    return problem.kind !== 'deadline' && !problem.isTerminal && count < attempts;
  }

  checks(saga: SagaState): void {
    const summary = summarize(saga);
    expect(summary.status).toBe(this.status);
    expect(summary.stuck).toBe(this.parked);
    expect(summary.requested).toBe(this.request);
    expect(summary.stepsCompleted).toEqual(this.startedInOrder.filter((name) => this.ended.has(name)));
    expect(summary.compensationErrors).toHaveLength(this.failedUndoTries);
    expect(summary.completedAtMs !== undefined).toBe(isTerminal(saga));
    if (this.status === 'in_progress') expect(summary.failedStep !== undefined).toBe(this.givenUp.size > 0);
    if (summary.failedStep !== undefined) expect(this.ended.has(summary.failedStep)).toBe(false);
  }
}
