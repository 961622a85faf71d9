import { decideSagaClaim } from '../saga-claim.js';
import type { SagaEvent, SagaProblem } from '../saga-event.js';
import { stepNamed } from '../saga-outline.js';
import { evolve, replay, type SagaState } from '../saga-state.js';
import { decide, resume, type SagaCommand } from '../saga.js';
import { RECOVERIES_MAX, type Onlooker, type Plan, type Try } from './saga-onlooker.js';

/** How a try goes. */
export type Outcome = 'ok' | 'error' | 'final_error' | 'timeout';
/** A worker and the journal that survives it. Whatever is told goes through the onlooker. */
export class SagaWorker {
  journal: SagaEvent[];
  saga: SagaState;

  constructor(
    private readonly plan: Plan,
    private readonly seen: Onlooker,
  ) {
    const { nowMs: atMs } = seen;
    this.journal = [
      { type: 'created', atMs, creatorId: 'c', input: null },
      { type: 'claimed', atMs, owner: 'w', epoch: 1, isRecovery: false },
    ];
    this.saga = replay(this.journal);
  }

  commit(events: readonly SagaEvent[]): void {
    expect(events.length).toBeGreaterThan(0);
    this.journal.push(...events);
    this.saga = events.reduce(evolve, this.saga);
    this.seen.sees(events);
    this.seen.checks(this.saga);
  }

  tell(command: SagaCommand): readonly SagaEvent[] {
    const events = decide(command, this.saga, this.plan.outline);
    this.commit(events);
    return events;
  }

  claim(isRecovery: boolean): void {
    const { nowMs } = this.seen;
    const lease = isRecovery ? { owner: 'w', untilMs: nowMs } : undefined;
    const terms = { owner: 'w', leaseMs: 10, recoveriesMax: RECOVERIES_MAX };
    const decision = decideSagaClaim(this.saga, lease, terms, nowMs);
    if (decision.type === 'refused') throw new Error(`nobody may claim it: ${decision.because}`);
    this.commit(decision.events);
  }

  /** Does what is owed and can be done at once. False: nothing was. */
  work(): boolean {
    const { nowMs, out } = this.seen;
    let isIdle = true;
    const tell = (command: SagaCommand): void => {
      isIdle = false;
      this.tell(command);
    };
    for (const task of resume(this.saga, this.plan.outline, nowMs)) {
      if (!this.seen.isHeld) {
        this.claim(false);
        return true;
      }
      if (task.type === 'execute' || task.type === 'undo') {
        const isOut = out.some((each) => each.step === task.step && each.type === task.type);
        if (isOut || task.notBeforeMs > nowMs) continue;
        if (task.deadlineMs !== undefined) expect(nowMs).toBeLessThan(task.deadlineMs);
        this.seen.seesTry(task);
        isIdle = false;
      } else if (task.type === 'abort') {
        const isOut = out.some(({ step }) => step === task.step);
        if (!isOut) tell({ type: 'abort_step', step: task.step, atMs: nowMs });
      } else if (task.type === 'expire' && out.length > 0) {
        continue; // tries that are going on meet the deadline themselves
      } else {
        tell({ type: task.type, atMs: nowMs });
      }
    }
    return !isIdle;
  }

  answer(task: Try, outcome: Outcome): void {
    const { seen } = this;
    seen.out.splice(seen.out.indexOf(task), 1);
    const { type, step, deadlineMs } = task;
    const atMs = seen.nowMs;
    const isLate = deadlineMs !== undefined && atMs >= deadlineMs && seen.status === 'in_progress';
    if (outcome === 'ok' && !isLate) {
      this.tell(type === 'undo' ? { type: 'end_undo', atMs, step } : { type: 'end_step', atMs, step, result: step });
      return;
    }
    const kind = isLate ? 'deadline' : outcome === 'timeout' ? 'timeout' : 'error';
    const problem: SagaProblem = {
      ...{ kind, name: 'Error', message: 'no' },
      ...(outcome === 'final_error' ? { isTerminal: true } : {}),
    };
    const isDoomed =
      type === 'execute' &&
      (seen.status === 'compensating' ||
        seen.request === 'roll_back' ||
        (seen.request === 'cancel' && !seen.isPastPivot()));
    if (isDoomed) {
      const events = this.tell(
        outcome === 'timeout'
          ? { type: 'abort_step', atMs, step, problem }
          : { type: 'fail_step', atMs, step, problem, chance: 0 },
      );
      return expect(events[0]?.type).toBe('step_aborted');
    }
    const isRetryExpected = seen.expectsRetry(task, problem);
    const isPastPivot = seen.isPastPivot();
    const [first] = this.tell({ type: type === 'undo' ? 'fail_undo' : 'fail_step', atMs, step, problem, chance: 0 });
    const isFinal = first?.type === (type === 'undo' ? 'undo_failed' : 'step_failed');
    if (!isRetryExpected) expect(isFinal).toBe(true);
    // With a deadline, a try that would come too late is not waited for.
    if (isRetryExpected && deadlineMs === undefined) expect(isFinal).toBe(false);
    if (type === 'undo' || !isFinal) return;
    const isKept = !isLate && (isPastPivot || stepNamed(this.plan.outline, step).onExhausted === 'park');
    expect(seen.cause === undefined).toBe(isKept);
  }
}
