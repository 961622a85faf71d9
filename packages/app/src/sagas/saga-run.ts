import {
  decideSaga,
  isErosError,
  replaySaga,
  resultJson,
  resumeSaga,
  SagaLeaseLostError,
  stepNamed,
  UnknownSagaError,
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
import { attempt, problemOf, type Attempted } from './attempt.js';
import type { SagaStep, StepContext } from './definition.js';
import { LeaseKeeper } from './lease-keeper.js';

/** A definition as this process knows it. */
export interface RegisteredSaga {
  readonly outline: SagaOutline;
  readonly hash: string;
  readonly steps: readonly SagaStep<unknown>[];
}

export interface SagaRunPorts {
  readonly store: SagaStore;
  readonly unitOfWork: UnitOfWork;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly logger: Logger;
}

export interface SagaRunSettings {
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

/** A write that failed is tried this often in all, if reading shows that it did not happen. */
const WRITE_TRIES = 3;

/** One saga in the hands of this worker: does what the saga owes, one thing at a time, and writes down how it went. */
export class SagaRun {
  /** Settles when this worker has nothing more to do with the saga; never rejects. */
  readonly end: Promise<RunEnd>;
  private readonly interruption = new AbortController();
  private isStopping = false;
  private isLost = false;
  private failedCommits = 0;
  private wake: () => void = () => undefined;
  private readonly errors = new Map<string, unknown>();

  constructor(
    private held: HeldSaga,
    private readonly saga: RegisteredSaga,
    private readonly ports: SagaRunPorts,
    private readonly settings: SagaRunSettings,
  ) {
    this.end = this.work();
  }

  /** Lets the present try end, then hands the saga back. */
  stop(): void {
    this.isStopping = true;
    this.wake();
  }

  /** Aborts the present try, whose outcome stays unknown, and hands the saga back. */
  interrupt(): void {
    this.stop();
    this.interruption.abort(new DOMException('this process is closing', 'AbortError'));
  }

  private async work(): Promise<RunEnd> {
    const keeper = this.keepLease();
    try {
      return await this.goOn();
    } catch (error) {
      const { sagaId } = this.held;
      if (this.isLost || isErosError(error, 'saga_lease_lost')) {
        this.ports.logger.warn({ sagaId }, 'lost the saga to another worker');
        return { type: 'lost' };
      }
      this.ports.logger.error({ sagaId, error }, 'could not write to the saga; another worker will go on with it');
      return { type: 'broken', error };
    } finally {
      keeper.end();
    }
  }

  private async goOn(): Promise<RunEnd> {
    for (;;) {
      const { state, nowMs } = this.held;
      const [task] = resumeSaga(state, this.saga.outline, nowMs);
      if (!task) return this.ended(state);
      if (this.isLost) throw this.leaseLost();
      if (this.isStopping) {
        await this.ports.store.release(this.held);
        return { type: 'handed_back' };
      }
      if (task.type === 'begin' || task.type === 'expire') await this.record((atMs) => ({ ...task, atMs }));
      else await this.try(task);
    }
  }

  private ended(state: SagaState): RunEnd {
    const failedStep = 'steps' in state ? state.steps.find(({ outcome }) => outcome === 'failed')?.step : undefined;
    const { sagaId } = this.held;
    if (state.parked)
      this.ports.logger.error({ sagaId, reason: state.parked }, 'the saga is parked until it is revived');
    if (failedStep === undefined || !this.errors.has(failedStep)) return { type: 'ended', state };
    return { type: 'ended', state, cause: { error: this.errors.get(failedStep) } };
  }

  private async try(task: Try): Promise<void> {
    const waitMs = task.notBeforeMs - this.held.nowMs;
    if (waitMs > 0) {
      await this.sleep(waitMs);
      if (this.isStopping || this.isLost) return;
    }
    const step = this.saga.steps.find(({ name }) => name === task.step);
    if (!step) throw new Error(`bug: saga "${this.saga.outline.name}" has no step "${task.step}"`);
    if (step.kind === 'transaction') {
      const work = task.type === 'execute' ? step.execute : step.compensate;
      return this.tryTransaction(task, (context, tx) => work?.({ ...context, tx }));
    }
    const work = task.type === 'execute' ? step.execute : step.compensate;
    const attempted = await this.attempt(task, (context) => work?.(context));
    if (attempted.type === 'done') return this.record((atMs) => endOf(task, attempted.value, atMs));
    return this.tell(task, attempted);
  }

  /** The work and its journal entry commit together, or neither does. */
  private async tryTransaction(
    task: Try,
    work: (context: StepContext<unknown>, tx: Transaction) => Promise<unknown> | undefined,
  ): Promise<void> {
    let told: Told | undefined;
    try {
      this.held = await this.ports.unitOfWork.transaction(async (tx) => {
        const attempted = await this.attempt(task, (context) => work(context, tx));
        if (attempted.type !== 'done') {
          told = attempted;
          throw new Error('roll back');
        }
        return this.ports.store.append(this.held, (atMs) => this.decide(endOf(task, attempted.value, atMs)), tx);
      });
      this.failedCommits = 0;
    } catch (error) {
      if (told) return this.tell(task, told);
      if (isErosError(error, 'saga_lease_lost')) throw error;
      // The transaction itself failed, perhaps after its commit: what is written tells.
      if (await this.isWritten()) return;
      this.failedCommits += 1;
      // Rolled back through no fault of the step, as it seems: the same try again.
      if (this.failedCommits < WRITE_TRIES && !isErosError(error, 'transaction_timeout')) return;
      return this.tell(task, { type: 'failed', problem: problemOf(error), error });
    }
  }

  private async tell(task: Try, told: Told): Promise<void> {
    if (told.type === 'interrupted') return;
    this.failedCommits = 0;
    const { type, step } = task;
    if (type === 'execute') this.errors.set(step, told.error);
    const { sagaId } = this.held;
    this.ports.logger.warn({ sagaId, step, task: type, attempt: task.attempt, error: told.error }, 'a try failed');
    const chance = this.ports.random();
    await this.record((atMs) => failureOf(task, told.problem, chance, atMs));
  }

  private attempt(
    task: Try,
    work: (context: StepContext<unknown>) => Promise<unknown> | undefined,
  ): Promise<Attempted> {
    const { outline } = this.saga;
    const { kind, timeoutMs: stepTimeoutMs, undo } = stepNamed(outline, task.step);
    const ownMs = task.type === 'undo' && undo ? undo.timeoutMs : stepTimeoutMs;
    const timeoutMs = kind === 'transaction' ? Math.min(ownMs, this.settings.transactionTimeoutMs) : ownMs;
    const startMs = Math.max(this.held.nowMs, task.notBeforeMs);
    const limits = {
      timeoutMs,
      stop: this.interruption.signal,
      ...(task.deadlineMs === undefined ? {} : { deadlineInMs: task.deadlineMs - startMs }),
    };
    const checked = async (signal: AbortSignal): Promise<unknown> => {
      const value = await work(this.contextOf(task, signal));
      if (value === undefined || task.type === 'undo') return undefined;
      // As it will be read again, so that later steps see the same before and after a crash.
      return JSON.parse(resultJson(`saga ${outline.name}, step ${task.step}`, value)) as unknown;
    };
    const { sagaId } = this.held;
    return attempt(checked, limits, this.ports.schedule, (error) =>
      this.ports.logger.debug({ sagaId, step: task.step, error }, 'a try ended after it had been given up'),
    );
  }

  private contextOf({ type, step, fence, attempt: number }: Try, signal: AbortSignal): StepContext<unknown> {
    const { sagaId, state } = this.held;
    const steps = 'steps' in state ? state.steps : [];
    const results = steps.flatMap((each) => ('result' in each ? [[each.step, each.result] as const] : []));
    return {
      ...{ sagaId, creatorId: state.creatorId, signal, fence, attempt: number },
      input: structuredClone(state.input),
      results: structuredClone(Object.fromEntries(results)),
      idempotencyKey: type === 'undo' ? `${sagaId}:${step}:undo` : `${sagaId}:${step}`,
    };
  }

  private decide(command: SagaCommand) {
    return decideSaga(command, this.held.state, this.saga.outline);
  }

  private async record(commandAt: (atMs: number) => SagaCommand): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        this.held = await this.ports.store.append(this.held, (atMs) => this.decide(commandAt(atMs)));
        return;
      } catch (error) {
        if (isErosError(error, 'saga_lease_lost') || tries === WRITE_TRIES) throw error;
        this.ports.logger.warn({ sagaId: this.held.sagaId, error }, 'writing to the saga failed');
        if (await this.isWritten()) return;
      }
    }
  }

  /** Whether a write whose answer was lost has happened; then the saga is taken as it is written. */
  private async isWritten(): Promise<boolean> {
    const { sagaId, epoch, state } = this.held;
    const stored = await this.ports.store.find(sagaId);
    if (!stored) throw new UnknownSagaError(sagaId);
    if (stored.epoch !== epoch) throw this.leaseLost();
    if (stored.journal.length === state.seq) return false;
    this.held = { ...this.held, state: replaySaga(stored.journal) };
    return true;
  }

  private keepLease(): LeaseKeeper {
    const { sagaId, leaseMs } = this.held;
    const { store, schedule, logger } = this.ports;
    const keeping = {
      leaseMs,
      renewEveryMs: this.settings.renewEveryMs,
      renew: () => store.renew(this.held),
      onFailure: (error: unknown) => logger.warn({ sagaId, error }, 'the lease of the saga could not be renewed'),
      onLost: () => this.lose(),
    };
    return new LeaseKeeper(keeping, schedule);
  }

  private lose(): void {
    this.isLost = true;
    this.wake();
    this.interruption.abort(this.leaseLost());
  }

  private leaseLost(): SagaLeaseLostError {
    const { sagaId, owner, epoch } = this.held;
    return new SagaLeaseLostError(sagaId, owner, epoch);
  }

  private sleep(ms: number): Promise<void> {
    if (this.isStopping || this.isLost) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.ports.schedule(resolve, ms);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

function endOf({ type, step }: Try, value: unknown, atMs: number): SagaCommand {
  if (type === 'undo') return { type: 'end_undo', step, atMs };
  return { type: 'end_step', step, atMs, ...(value === undefined ? {} : { result: value }) };
}

const failureOf = ({ type, step }: Try, problem: SagaProblem, chance: number, atMs: number): SagaCommand => ({
  ...{ type: type === 'undo' ? 'fail_undo' : 'fail_step', step, problem, chance, atMs },
});
