import {
  isErosError,
  resultJson,
  resumeSaga,
  stepNamed,
  summarizeSaga,
  type HeldSaga,
  type Logger,
  type Random,
  type SagaCommand,
  type SagaOutline,
  type SagaProblem,
  type SagaState,
  type SagaStore,
  type SagaTask,
  type Transaction,
  type UnitOfWork,
} from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import type { AskedLease } from './asked-lease.js';
import { attempt, problemOf, type Attempted } from './attempt.js';
import type { SagaStep, StepContext, TransactionContext } from './definition.js';
import { holderTransaction } from './holder-transaction.js';
import { LeaseKeeper } from './lease-keeper.js';
import { SagaJournal, WRITE_TRIES } from './saga-journal.js';
import { sleep } from './sleep.js';
import { stepContext } from './step-context.js';
import { StopSign } from './stop-sign.js';

/** A definition as this process knows it. */
export interface RegisteredSaga {
  readonly outline: SagaOutline;
  readonly hash: string;
  /** Also those of groups, in the order of the definition. */
  readonly steps: readonly SagaStep<unknown>[];
}

export interface SagaRunPorts {
  readonly store: SagaStore;
  readonly unitOfWork: UnitOfWork;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly logger: Logger;
}

/** A run's place among those that this process works on at once. A run that is asleep takes up none. */
export interface RunPlace {
  /** Whether a run that wakes may go on here. */
  hasRoom(): boolean;
  /** The run has fallen asleep: another one may be taken up. */
  isFree(): void;
}

export interface SagaRunSettings {
  /** Who pauses longer than a sweep is asleep. */
  readonly sweepMs: number;
  readonly renewEveryMs: number;
  /** The longest that the transaction of a step may last. */
  readonly transactionTimeoutMs: number;
}

/** How this worker's part in a saga ended. */
export type RunEnd =
  /** The saga is terminal or parked. `cause` is the error of the step that failed, if it was thrown here. */
  | { readonly type: 'ended'; readonly state: SagaState; readonly cause?: { readonly error: unknown } }
  | { readonly type: 'handed_back' }
  /** Another worker has it. */
  | { readonly type: 'lost' }
  /** The store could not be written. The lease ends by itself. */
  | { readonly type: 'broken'; readonly error: unknown };

type Try = Extract<SagaTask, { type: 'execute' | 'undo' }>;
type Told = Extract<Attempted, { type: 'failed' | 'interrupted' }>;

/** Something that this worker is at. */
interface UnderWay {
  /** Never rejects. */
  readonly end: Promise<void>;
  /** Tells the step to stop. It is still waited for. */
  readonly abort: () => void;
}

/** One saga in the hands of this worker: does what the saga owes, and writes down how it went. */
export class SagaRun {
  /** Settles when this worker has nothing more to do with the saga; never rejects. */
  readonly end: Promise<RunEnd>;
  private readonly journal: SagaJournal;
  private readonly keeper: LeaseKeeper;
  private readonly underWay = new Map<string, UnderWay>();
  /** Ends tries at once; their outcome stays unknown. */
  private readonly interruption = new StopSign();
  /** Ends pauses between tries: nothing new is begun. */
  private readonly halt = new StopSign();
  private isLost = false;
  private longPauses = 0;
  /** Whatever ends, or is requested, has the loop look again. */
  private wake: () => void = () => undefined;
  /** The first thing that could not be written. */
  private failure: { readonly error: unknown } | undefined;
  private readonly failedCommits = new Map<string, number>();
  private readonly errors = new Map<string, unknown>();

  constructor(
    held: HeldSaga,
    asked: AskedLease,
    private readonly saga: RegisteredSaga,
    private readonly ports: SagaRunPorts & { readonly place: RunPlace },
    private readonly settings: SagaRunSettings,
  ) {
    this.journal = new SagaJournal(held, saga.outline, ports);
    this.keeper = this.keepLease(asked);
    this.end = this.work();
  }

  get sagaId(): string {
    return this.journal.held.sagaId;
  }

  /** All that it is at is to wait for a time that is far off. Its lease is kept meanwhile. */
  get isAsleep(): boolean {
    return this.longPauses > 0 && this.longPauses === this.underWay.size;
  }

  /** Lets the present tries end, then hands the saga back. */
  stop(): void {
    this.halt.give();
    this.wake();
  }

  /** Aborts the present tries, whose outcome stays unknown, and hands the saga back. */
  interrupt(): void {
    this.stop();
    this.interruption.give(new DOMException('this process is closing', 'AbortError'));
  }

  /** Looks whether an operator has requested something. */
  async lookUp(): Promise<void> {
    try {
      const seen = await this.journal.inTurn(() => this.journal.look());
      if (seen !== 'unchanged') this.wake();
    } catch (error) {
      // Whatever is the matter, the next write to the saga meets it too.
      this.ports.logger.debug({ sagaId: this.journal.held.sagaId, error }, 'looking after requests failed');
    }
  }

  private async work(): Promise<RunEnd> {
    try {
      return await this.goOn();
    } catch (error) {
      const { sagaId } = this.journal.held;
      if (this.isLost || isErosError(error, 'saga_lease_lost')) {
        this.ports.logger.warn({ sagaId }, 'lost the saga to another worker');
        return { type: 'lost' };
      }
      this.ports.logger.error({ sagaId, error }, 'could not write to the saga; another worker will go on with it');
      return { type: 'broken', error };
    } finally {
      this.keeper.end();
      // What still runs beside that which went wrong: nothing of it is written any more.
      if (this.underWay.size > 0) this.interrupt();
      await Promise.all([...this.underWay.values()].map(({ end }) => end));
    }
  }

  private async goOn(): Promise<RunEnd> {
    for (;;) {
      const { held } = this.journal;
      if (this.isLost) throw this.journal.leaseLost();
      if (this.failure) throw this.failure.error;
      const tasks = resumeSaga(held.state, this.saga.outline, held.nowMs);
      if (tasks.length === 0) return this.ended(held.state);
      if (!this.halt.isGiven) for (const task of tasks) this.take(task);
      if (this.underWay.size === 0) {
        await this.ports.store.release(held);
        return { type: 'handed_back' };
      }
      if (this.isAsleep) this.ports.place.isFree();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private take(task: SagaTask): void {
    switch (task.type) {
      case 'begin':
      case 'go_on':
        return this.start(task.type, () => this.journal.record((atMs) => ({ atMs, ...task })));
      case 'expire':
        // Tries that are going on meet the deadline themselves.
        if (this.underWay.size > 0) return;
        return this.start(task.type, () => this.journal.record((atMs) => ({ atMs, ...task })));
      case 'abort': {
        const { step } = task;
        const running = this.underWay.get(`execute ${step}`);
        if (running) return running.abort();
        return this.start(`abort ${step}`, () => this.journal.record((atMs) => ({ type: 'abort_step', step, atMs })));
      }
      default:
        return this.start(`${task.type} ${task.step}`, (abort) => this.try(task, abort));
    }
  }

  /** Begins something, unless this worker is at it already. */
  private start(key: string, work: (abort: StopSign) => Promise<void>): void {
    if (this.underWay.has(key)) return;
    const abort = new StopSign();
    const ended = (failure?: { readonly error: unknown }): void => {
      this.underWay.delete(key);
      this.failure ??= failure;
      this.wake();
    };
    const end = work(abort).then(
      () => ended(),
      (error: unknown) => ended({ error }),
    );
    const reason = () => new DOMException('the saga is being undone', 'AbortError');
    this.underWay.set(key, { end, abort: () => abort.give(reason()) });
  }

  private ended(state: SagaState): RunEnd {
    const { failedStep } = summarizeSaga(state);
    const { sagaId } = this.journal.held;
    if (state.parked)
      this.ports.logger.error({ sagaId, reason: state.parked }, 'the saga is parked until an operator decides');
    if (failedStep === undefined || !this.errors.has(failedStep)) return { type: 'ended', state };
    return { type: 'ended', state, cause: { error: this.errors.get(failedStep) } };
  }

  private async try(task: Try, abort: StopSign): Promise<void> {
    const waitMs = task.notBeforeMs - this.journal.held.nowMs;
    if (waitMs > 0) {
      await this.pause(waitMs, [this.halt, abort]);
      // In a process that stood still meanwhile, the end of its lease is due as well: it is noticed before another try is made.
      await sleep(0, [this.halt, abort], this.ports.schedule);
      if (this.halt.isGiven || abort.isGiven) return;
    }
    const step = this.saga.steps.find(({ name }) => name === task.step);
    if (!step) throw new Error(`bug: saga "${this.saga.outline.name}" has no step "${task.step}"`);
    if (step.kind === 'transaction') {
      const work = task.type === 'execute' ? step.execute : step.compensate;
      const execute = () => this.tryTransaction(task, abort, (context) => work?.(context));
      const told = await this.journal.inTurn(execute, 'patient');
      return told && this.tell(task, told);
    }
    const work = task.type === 'execute' ? step.execute : step.compensate;
    if (waitMs > 0) {
      // What is being written now may be the failure of another step of the group, after which nothing more is tried.
      await this.journal.inTurn(() => Promise.resolve());
      if (this.halt.isGiven || abort.isGiven || !this.isOwed(task)) return;
    }
    const attempted = await this.attempt(task, abort, (context) => work?.(context));
    if (attempted.type === 'done') return this.journal.record((atMs) => endOf(task, attempted.value, atMs));
    return this.tell(task, attempted);
  }

  /**
   * The work and its journal entry commit together, or neither does. Nothing else is written to the saga meanwhile, so the
   * transactions of a group run one after another.
   *
   * @returns what is left to be told; nothing when the end is written, or the same is to be tried again.
   */
  private async tryTransaction(
    task: Try,
    abort: StopSign,
    work: (context: TransactionContext<unknown>) => Promise<unknown> | undefined,
  ): Promise<Told | undefined> {
    const { step } = task;
    if (this.halt.isGiven || !this.isOwed(task)) return undefined;
    let told: Told | undefined;
    try {
      const parts = {
        work: async (tx: Transaction) => {
          told = undefined;
          const attempted = await this.attempt(task, abort, (context) => work(Object.assign(context, { tx })));
          if (attempted.type === 'done') return attempted.value;
          told = attempted;
          throw new Error('roll back');
        },
        write: (value: unknown, tx: Transaction) => this.journal.append((atMs) => endOf(task, value, atMs), tx),
      };
      const held = await holderTransaction(parts, this.keeper, this.ports.unitOfWork);
      this.journal.committed(held);
      this.failedCommits.delete(step);
      return undefined;
    } catch (error) {
      // What a step concluded from what another transaction has changed meanwhile is not the step's failure.
      if (told && !isErosError(error, 'transaction_conflict')) return told;
      if (isErosError(error, 'saga_lease_lost')) throw error;
      // The transaction itself failed, perhaps after its commit: what is written tells.
      if ((await this.journal.look()) !== 'unchanged') return undefined;
      const failures = (this.failedCommits.get(step) ?? 0) + 1;
      this.failedCommits.set(step, failures);
      // Rolled back through no fault of the step, as it seems: the same try again.
      if (failures < WRITE_TRIES && !isErosError(error, 'transaction_timeout')) return undefined;
      return { type: 'failed', problem: problemOf(error), error };
    }
  }

  /** What was owed when a turn was asked for may be owed no longer when it comes. */
  private isOwed({ type, step }: Try): boolean {
    const { state, nowMs } = this.journal.held;
    const tasks = resumeSaga(state, this.saga.outline, nowMs);
    return tasks.some((task) => task.type === type && task.step === step);
  }

  private async tell(task: Try, told: Told): Promise<void> {
    if (told.type === 'interrupted') return;
    // What the closing engine refused the step is no failure of the step: whoever takes the saga up tries it again.
    if (this.halt.isGiven && isErosError(told.error, 'engine_closed')) return;
    const { type, step } = task;
    this.failedCommits.delete(step);
    if (type === 'execute') this.errors.set(step, told.error);
    const { sagaId } = this.journal.held;
    this.ports.logger.warn({ sagaId, step, task: type, attempt: task.attempt, error: told.error }, 'a try failed');
    const chance = this.ports.random();
    await this.journal.record((atMs) => failureOf(task, told.problem, chance, atMs));
  }

  private attempt(
    task: Try,
    abort: StopSign,
    work: (context: StepContext<unknown>) => Promise<unknown> | undefined,
  ): Promise<Attempted> {
    const { outline } = this.saga;
    const { kind, timeoutMs: stepTimeoutMs, undo } = stepNamed(outline, task.step);
    const ownMs = task.type === 'undo' && undo ? undo.timeoutMs : stepTimeoutMs;
    const timeoutMs = kind === 'transaction' ? Math.min(ownMs, this.settings.transactionTimeoutMs) : ownMs;
    const { sagaId, nowMs } = this.journal.held;
    const startMs = Math.max(nowMs, task.notBeforeMs);
    const limits = {
      ...{ timeoutMs, abort, stop: this.interruption },
      ...(task.deadlineMs === undefined ? {} : { deadlineInMs: task.deadlineMs - startMs }),
    };
    const checked = async (source: { readonly signal: AbortSignal }): Promise<unknown> => {
      const value = await work(stepContext(this.journal.held, task, source));
      if (value === undefined || task.type === 'undo') return undefined;
      // As it will be read again, so that later steps see the same before and after a crash.
      return JSON.parse(resultJson(`saga ${outline.name}, step ${task.step}`, value)) as unknown;
    };
    return attempt(checked, limits, this.ports.schedule, (error) =>
      this.ports.logger.debug({ sagaId, step: task.step, error }, 'a try ended after it had been given up'),
    );
  }

  private keepLease(asked: AskedLease): LeaseKeeper {
    const { sagaId, leaseMs } = this.journal.held;
    const { store, schedule, logger } = this.ports;
    const keeping = {
      leaseMs,
      renewEveryMs: this.settings.renewEveryMs,
      renew: async () => {
        const length = await store.renew(this.journal.held);
        if (length > this.journal.held.state.seq) void this.lookUp();
      },
      onFailure: (error: unknown) => logger.warn({ sagaId, error }, 'the lease of the saga could not be renewed'),
      onLost: () => this.lose(),
    };
    return new LeaseKeeper(keeping, schedule, asked);
  }

  private lose(): void {
    this.isLost = true;
    this.stop();
    this.interruption.give(this.journal.leaseLost());
  }

  /**
   * Sleeps until the next try. When a long pause is over and this process is full by then, the saga is handed back: whoever has room
   * goes on with it.
   */
  private async pause(ms: number, signs: readonly StopSign[]): Promise<void> {
    if (ms <= this.settings.sweepMs) return sleep(ms, signs, this.ports.schedule);
    this.longPauses += 1;
    await sleep(ms, signs, this.ports.schedule);
    const isDue = !signs.some(({ isGiven }) => isGiven);
    if (isDue && this.isAsleep && !this.ports.place.hasRoom()) this.stop();
    this.longPauses -= 1;
  }
}

function endOf({ type, step }: Try, value: unknown, atMs: number): SagaCommand {
  if (type === 'undo') return { type: 'end_undo', step, atMs };
  return { type: 'end_step', step, atMs, ...(value === undefined ? {} : { result: value }) };
}

const failureOf = ({ type, step }: Try, problem: SagaProblem, chance: number, atMs: number): SagaCommand => ({
  ...{ type: type === 'undo' ? 'fail_undo' : 'fail_step', step, problem, chance, atMs },
});
