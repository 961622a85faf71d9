import fc from 'fast-check';
import type { SagaEvent, SagaProblem } from './saga-event.js';
import { outlineOf, stepNamed, type SagaOutline } from './saga-outline.js';
import { decideSagaClaim, decideSagaRevival } from './saga-claim.js';
import { decide, resume, type SagaCommand, type SagaTask } from './saga.js';
import { evolve, isTerminal, replay, type SagaState } from './saga-state.js';
import { summarize } from './saga-summary.js';

type Try = Extract<SagaTask, { type: 'execute' | 'undo' }>;

/** How the next try goes. `crash_before`: the worker dies with nothing done. `crash_after`: it dies with it done, but untold. */
interface Fate {
  readonly outcome: 'ok' | 'error' | 'final_error' | 'timeout' | 'crash_before' | 'crash_after';
  readonly tookMs: number;
}

const OUTLINE_TIMEOUT_MS = 1_000;

const anyOutline = fc
  .record({
    steps: fc.array(
      fc.record({
        kind: fc.constantFrom('effect' as const, 'transaction' as const),
        attempts: fc.integer({ min: 1, max: 3 }),
        undoAttempts: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 4 }),
        onExhausted: fc.constantFrom('compensate' as const, 'compensate' as const, 'park' as const),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    pivot: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    hasDeadline: fc.boolean(),
  })
  .map(({ steps, pivot, hasDeadline }) =>
    outlineOf({
      name: 'any',
      version: 1,
      ...(hasDeadline ? { timeoutMs: OUTLINE_TIMEOUT_MS } : {}),
      steps: steps.map(({ kind, attempts, undoAttempts, onExhausted }, i) => ({
        name: `s${i}`,
        kind,
        pivot: i === pivot,
        onExhausted,
        retry: { attempts, delayMs: 100 },
        ...(undoAttempts === undefined ? {} : { undo: { retry: { attempts: undoAttempts } } }),
      })),
    }),
  );

const anyFates = fc.array(
  fc.record({
    outcome: fc.constantFrom<Fate['outcome'][]>(
      ...(['ok', 'ok', 'ok', 'ok', 'error', 'error', 'final_error', 'timeout', 'crash_before', 'crash_after'] as const),
    ),
    tookMs: fc.constantFrom(0, 1, 99, 250, 900),
  }),
  { maxLength: 40 },
);

/**
 * What somebody sees who watches the journal grow and the steps being called, and knows the definition. It never asks the saga
 * for anything but its public summary.
 */
class Onlooker {
  readonly startedInOrder: string[] = [];
  readonly ended = new Set<string>();
  readonly undone: string[] = [];
  readonly givenUp = new Set<string>();
  readonly failures = new Map<string, number>();
  readonly fences = new Map<string, number>();
  failedTries = 0;
  failedUndoTries = 0;
  crashes = 0;
  revivals = 0;
  commits = 1;
  isGoingBack = false;

  constructor(private readonly outline: SagaOutline) {}

  private step(name: string) {
    return stepNamed(this.outline, name);
  }

  isPastPivot(): boolean {
    return this.outline.steps.some(({ name, isPivot }) => isPivot && this.ended.has(name));
  }

  /** What is to be undone, in the order in which it is to be undone. */
  owed(): string[] {
    return this.startedInOrder
      .filter((name) => this.step(name).undo && (this.step(name).kind === 'effect' || this.ended.has(name)))
      .reverse();
  }

  sees(events: readonly SagaEvent[]): void {
    this.commits += 1;
    for (const event of events) {
      if (event.type === 'step_started') this.startedInOrder.push(event.step);
      if (event.type === 'step_ended') this.ended.add(event.step);
      if (event.type === 'compensation_started') this.isGoingBack = true;
      if (event.type === 'undo_ended') this.undone.push(event.step);
      if (event.type === 'undo_failed') this.givenUp.add(event.step);
      if (event.type === 'revived') {
        this.givenUp.clear();
        this.failures.clear();
      }
    }
  }

  /** A try is about to be made: may it be? */
  seesTry({ type, step, fence, attempt }: Try): void {
    expect(fence).toBeGreaterThan(this.fences.get(`${type} ${step}`) ?? 0);
    this.fences.set(`${type} ${step}`, fence);
    expect(attempt).toBe((this.failures.get(`${type} ${step}`) ?? 0) + 1);
    if (type === 'execute') {
      expect(this.isGoingBack).toBe(false);
      expect(this.startedInOrder).toContain(step); // recorded before it is tried
      const earlier = this.outline.steps.map(({ name }) => name).slice(0, this.startedInOrder.indexOf(step));
      expect(earlier.every((name) => this.ended.has(name))).toBe(true);
      expect(this.ended.has(step)).toBe(false);
    } else {
      expect(this.isPastPivot()).toBe(false);
      expect(step).toBe(this.owed().find((name) => !this.undone.includes(name) && !this.givenUp.has(name)));
    }
  }

  /** After a failed try: is it to be tried again? */
  expectsRetry({ type, step }: Try, problem: SagaProblem): boolean {
    const count = (this.failures.get(`${type} ${step}`) ?? 0) + 1;
    this.failures.set(`${type} ${step}`, count);
    if (type === 'execute') this.failedTries += 1;
    else this.failedUndoTries += 1;
    const policy = type === 'execute' ? this.step(step).retry : this.step(step).undo?.retry;
    return problem.kind !== 'deadline' && !problem.isTerminal && count < (policy?.attempts ?? 0);
  }

  checks(saga: SagaState): void {
    const { status, stuck, stepsCompleted, compensationErrors, failedStep, completedAtMs } = summarize(saga);
    expect(stepsCompleted).toEqual(this.startedInOrder.filter((name) => this.ended.has(name)));
    expect(compensationErrors).toHaveLength(this.failedUndoTries);
    expect(completedAtMs !== undefined).toBe(isTerminal(saga));
    const owed = this.owed();
    switch (status) {
      case 'pending':
        return expect(this.startedInOrder).toEqual([]);
      case 'in_progress':
        expect(this.isGoingBack).toBe(false);
        if (stuck === 'step_exhausted') expect(failedStep).toBe(this.startedInOrder.at(-1));
        else expect(failedStep).toBeUndefined();
        return;
      case 'completed':
        expect(stepsCompleted).toEqual(this.outline.steps.map(({ name }) => name));
        return expect(this.undone).toEqual([]);
      case 'compensating':
        expect(this.isGoingBack).toBe(true);
        expect(stuck === 'undo_exhausted').toBe(
          owed.length === this.undone.length + this.givenUp.size && this.givenUp.size > 0,
        );
        return;
      case 'failed':
        expect(this.isPastPivot()).toBe(false);
        expect([...this.undone].sort()).toEqual([...owed].sort());
        if (this.revivals === 0) expect(this.undone).toEqual(owed);
        if (failedStep !== undefined) expect(this.ended.has(failedStep)).toBe(false);
        return;
      default:
        throw new Error(`nobody rolled it back: ${status}`);
    }
  }
}

/** A worker, the journal that survives it, and the onlooker. */
class World {
  readonly journal: SagaEvent[] = [];
  readonly onlooker: Onlooker;
  saga: SagaState;
  nowMs = 10_000;

  constructor(
    readonly outline: SagaOutline,
    private readonly fates: Fate[],
  ) {
    this.onlooker = new Onlooker(outline);
    this.journal.push({ type: 'created', atMs: this.nowMs, creatorId: 'c', input: null });
    this.saga = replay(this.journal);
    this.journal.push({ type: 'claimed', atMs: this.nowMs, owner: 'w', epoch: 1, isRecovery: false });
    this.saga = replay(this.journal); // created and claimed in one commit
  }

  private commit(events: readonly SagaEvent[]): void {
    expect(events.length).toBeGreaterThan(0);
    this.journal.push(...events);
    this.saga = events.reduce(evolve, this.saga);
    this.onlooker.sees(events);
    this.onlooker.checks(this.saga);
  }

  private tell(command: SagaCommand): readonly SagaEvent[] {
    const events = decide(command, this.saga, this.outline);
    this.commit(events);
    return events;
  }

  /** Everything in memory is gone; another worker claims what the journal tells. */
  private crash(): void {
    this.onlooker.crashes += 1;
    this.saga = replay(this.journal);
    this.claim({ owner: 'w', untilMs: this.nowMs });
  }

  private claim(lease: { owner: string; untilMs: number } | undefined): void {
    const terms = { owner: 'w', leaseMs: 10, recoveriesMax: 1_000 };
    const decision = decideSagaClaim(this.saga, lease, terms, this.nowMs);
    if (decision.type !== 'claimed') throw new Error(`not claimed: ${decision.type}`);
    this.commit(decision.events);
  }

  run(): void {
    for (let moves = 0; moves < 400; moves += 1) {
      const tasks = resume(this.saga, this.outline, this.nowMs);
      if (isTerminal(this.saga)) return expect(tasks).toEqual([]);
      if (this.saga.parked) {
        expect(tasks).toEqual([]);
        if (this.fates.length === 0) return;
        this.revive();
        continue;
      }
      expect(tasks).toHaveLength(1); // a sequence owes one thing at a time
      this.perform(tasks[0] as SagaTask);
    }
    throw new Error('the saga does not end');
  }

  private revive(): void {
    const decision = decideSagaRevival(this.saga, { by: 'op', reason: 'mended' }, this.nowMs);
    if (decision.type !== 'revived') throw new Error('not revived');
    this.onlooker.revivals += 1;
    this.commit(decision.events);
    this.claim(undefined);
  }

  private perform(task: SagaTask): void {
    const fate = this.fates.shift() ?? { outcome: 'ok', tookMs: 0 };
    if (fate.outcome === 'crash_before') return this.crash();
    if (task.type === 'begin' || task.type === 'expire') return void this.tell({ ...task, atMs: this.nowMs });

    this.nowMs = Math.max(this.nowMs, task.notBeforeMs);
    if (task.deadlineMs !== undefined) expect(this.nowMs).toBeLessThan(task.deadlineMs); // no wait goes past the deadline
    this.onlooker.seesTry(task);
    const endsMs = this.nowMs + fate.tookMs;
    const isLate = task.deadlineMs !== undefined && endsMs >= task.deadlineMs;
    this.nowMs = isLate ? (task.deadlineMs as number) : endsMs;
    // The effect of this try has happened, or the transaction has been rolled back; nobody but the journal will tell.
    if (fate.outcome === 'crash_after') return this.crash();
    if (fate.outcome === 'ok' && !isLate) return this.end(task);
    const kind = isLate ? 'deadline' : fate.outcome === 'timeout' ? 'timeout' : 'error';
    const isFinal = fate.outcome === 'final_error';
    this.fail(task, { kind, name: 'Error', message: 'no', ...(isFinal ? { isTerminal: true } : {}) });
  }

  private end({ type, step }: Try): void {
    if (type === 'undo') return void this.tell({ type: 'end_undo', atMs: this.nowMs, step });
    this.tell({ type: 'end_step', atMs: this.nowMs, step, result: { of: step } });
  }

  private fail(task: Try, problem: SagaProblem): void {
    const { type, step, deadlineMs } = task;
    const isRetryExpected = this.onlooker.expectsRetry(task, problem);
    const command = { atMs: this.nowMs, step, problem, chance: 0 };
    const isPastPivot = this.onlooker.isPastPivot();
    const events = this.tell({ type: type === 'undo' ? 'fail_undo' : 'fail_step', ...command });
    const isFinal = events[0]?.type === (type === 'undo' ? 'undo_failed' : 'step_failed');
    if (!isRetryExpected) expect(isFinal).toBe(true);
    // With a deadline, a try that would come too late is not waited for.
    if (isRetryExpected && deadlineMs === undefined) expect(isFinal).toBe(false);
    if (type === 'undo' || !isFinal) return;
    const isParked =
      problem.kind !== 'deadline' && (isPastPivot || stepNamed(this.outline, step).onExhausted === 'park');
    expect(this.saga.parked === 'step_exhausted').toBe(isParked);
    if (!isParked) expect(this.onlooker.isGoingBack).toBe(true);
  }
}

describe('a saga', () => {
  it('does what an onlooker expects, whatever fails and whenever its worker dies', () => {
    const property = fc.property(anyOutline, anyFates, (outline, fates) => {
      const world = new World(outline, [...fates]);
      world.run();
      expect(replay(world.journal)).toEqual(world.saga);
      const { failedTries, failedUndoTries, crashes, commits, isGoingBack } = world.onlooker;
      if (failedTries + failedUndoTries + crashes === 0 && !isGoingBack) {
        expect(commits).toBe(outline.steps.length + 2);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('needs n + 2 commits for n steps', () => {
    for (let n = 1; n <= 8; n += 1) {
      const steps = Array.from({ length: n }, (_, i) => ({ name: `s${i}` }));
      const world = new World(outlineOf({ name: 'any', version: 1, steps }), []);
      world.run();
      expect(world.saga.status).toBe('completed');
      expect(world.onlooker.commits).toBe(n + 2);
    }
  });
});

const step = (name: string, more: object = {}) => ({ name, undo: {}, ...more });
const problem: SagaProblem = { kind: 'error', name: 'Error', message: 'no' };
const created: SagaEvent = { type: 'created', atMs: 0, creatorId: 'c', input: null };

describe('the decisions of a saga', () => {
  const types = (events: readonly SagaEvent[]) =>
    events.map((e) => ('step' in e && e.step ? `${e.type} ${e.step}` : e.type));
  const after = (outline: SagaOutline, ...commands: SagaCommand[]) =>
    commands.reduce((saga, command) => decide(command, saga, outline).reduce(evolve, saga), replay([created]));
  const begin: SagaCommand = { type: 'begin', atMs: 0 };
  const end = (name: string, atMs = 0): SagaCommand => ({ type: 'end_step', atMs, step: name });
  const fail = (name: string, atMs = 0, more: Partial<SagaProblem> = {}): SagaCommand => ({
    ...{ type: 'fail_step', atMs, step: name, chance: 0.5 },
    problem: { ...problem, ...more },
  });

  it('waits longer after each try, less what chance takes away, and keeps the wait in the journal', () => {
    const outline = outlineOf({
      ...{ name: 'any', version: 1 },
      steps: [step('a', { retry: { attempts: 4, delayMs: 100, factor: 3, maxDelayMs: 500, jitter: 0.2 } })],
    });
    let saga = after(outline, begin);
    const waits = [100, 300, 500].map((grownMs) => {
      const [tried] = decide(fail('a', 7), saga, outline);
      saga = evolve(saga, tried as SagaEvent);
      expect(tried).toMatchObject({ type: 'step_tried', retryAtMs: 7 + grownMs * 0.9 });
      return resume(saga, outline, 7)[0];
    });
    expect(waits).toMatchObject([
      { attempt: 2, notBeforeMs: 97 },
      { attempt: 3, notBeforeMs: 277 },
      { attempt: 4, notBeforeMs: 457 },
    ]);
    expect(types(decide(fail('a', 7), saga, outline))).toEqual([
      'step_failed a',
      'compensation_started',
      'undo_started a',
    ]);
  });

  it('undoes what its deadline finds unfinished, at the very instant', () => {
    const outline = outlineOf({ name: 'any', version: 1, timeoutMs: 50, steps: [step('a'), step('b')] });
    const running = after(outline, begin);
    expect(resume(running, outline, 49)).toMatchObject([{ type: 'execute', step: 'a', deadlineMs: 50 }]);
    expect(resume(running, outline, 50)).toEqual([{ type: 'expire' }]);
    expect(types(decide({ type: 'expire', atMs: 50 }, running, outline))).toEqual([
      'compensation_started',
      'undo_started a',
    ]);
    expect(summarize(after(outline, begin, { type: 'expire', atMs: 50 }))).toMatchObject({ failedStep: 'a' });
    // Between two steps: no step has failed.
    expect(types(decide(end('a', 49), running, outline))).toEqual(['step_ended a', 'step_started b']);
    const late = after(outline, begin, end('a', 50));
    expect(late.status).toBe('compensating');
    expect(summarize(late)).not.toHaveProperty('failedStep');
    // Late, but done: there is nothing to gain by undoing everything.
    expect(after(outline, begin, end('a', 49), end('b', 60)).status).toBe('completed');
  });

  it('does not wait for a try that the deadline would forbid', () => {
    const retry = { attempts: 9, delayMs: 10, jitter: 0 };
    const outline = outlineOf({ name: 'any', version: 1, timeoutMs: 50, steps: [step('a', { retry })] });
    expect(types(decide(fail('a', 39), after(outline, begin), outline))).toEqual(['step_tried a']);
    expect(types(decide(fail('a', 40), after(outline, begin), outline)).slice(0, 2)).toEqual([
      'step_failed a',
      'compensation_started',
    ]);
  });

  it('only goes forward after the pivot, without a deadline', () => {
    const outline = outlineOf({
      name: 'any',
      version: 1,
      timeoutMs: 50,
      steps: [step('a'), step('p', { pivot: true }), step('b')],
    });
    const past = after(outline, begin, end('a'), end('p', 49));
    expect(resume(past, outline, 9_999)).toEqual([
      { type: 'execute', step: 'b', attempt: 1, fence: expect.any(Number), notBeforeMs: 0 },
    ]);
    expect(types(decide(fail('b', 9_999), past, outline))).toEqual(['step_failed b', 'parked']);
    expect(types(decide(fail('p'), after(outline, begin, end('a')), outline))).toEqual([
      ...['step_failed p', 'compensation_started', 'undo_started p'],
    ]);
  });

  it('does not undo a transaction that did not end, and undoes an effect that failed', () => {
    const outline = outlineOf({
      name: 'any',
      version: 1,
      steps: [step('t1', { kind: 'transaction' }), step('t2', { kind: 'transaction' })],
    });
    expect(types(decide(fail('t2'), after(outline, begin, end('t1')), outline))).toEqual([
      ...['step_failed t2', 'compensation_started', 'undo_started t1'],
    ]);
    const effects = outlineOf({ name: 'any', version: 1, steps: [step('e1'), { name: 'read' }, step('e2')] });
    const back = after(effects, begin, end('e1'), end('read'), fail('e2'));
    expect(resume(back, effects, 0)).toMatchObject([{ type: 'undo', step: 'e2' }]);
    expect(types(decide({ type: 'end_undo', atMs: 0, step: 'e2' }, back, effects))).toEqual([
      'undo_ended e2',
      'undo_started e1',
    ]);
  });

  it('gives up trying at once when an error says that it is final', () => {
    const outline = outlineOf({ name: 'any', version: 1, steps: [{ name: 'a', retry: { attempts: 9 } }] });
    expect(types(decide(fail('a', 0, { isTerminal: true }), after(outline, begin), outline))).toEqual([
      ...['step_failed a', 'compensation_started', 'failed'],
    ]);
  });

  it('refuses to be told of a step that is not running', () => {
    const outline = outlineOf({ name: 'any', version: 1, steps: [step('a'), step('b')] });
    expect(() => decide(end('b'), after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide(fail('b'), after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide({ type: 'end_undo', atMs: 0, step: 'a' }, after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide(begin, after(outline, begin), outline)).toThrow('bug:');
  });
});
