import {
  isErosError,
  isTerminalSaga,
  replaySaga,
  SagaHandedBackError,
  UnknownSagaError,
  type Logger,
  type SagaDetail,
  type SagaStore,
} from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import type { CompletedSaga } from './saga.js';
import { completed } from './saga-ends.js';
import type { SagaRun } from './saga-run.js';

export interface SagaWaitsPorts {
  readonly store: Pick<SagaStore, 'find'>;
  readonly schedule: Schedule;
  readonly logger: Logger;
  /** Keeps the process alive until the answer is called: somebody awaits a saga that may be between two timers. */
  readonly keepAlive: () => () => void;
  /** The saga in the hands of this worker. */
  readonly runOf: (sagaId: string) => SagaRun | undefined;
  readonly takeUp: (sagaId: string) => Promise<boolean>;
  readonly isDefined: (hash: string) => boolean;
}

/** Those who wait for the ends of sagas, wherever these are executed. */
export class SagaWaits {
  private readonly waking = new Set<() => void>();
  private isClosing = false;

  constructor(
    private readonly ports: SagaWaitsPorts,
    private readonly sweepMs: number,
  ) {}

  /** Everybody who waits for a saga that does not end here and now is told that it is handed back. */
  close(): void {
    this.isClosing = true;
    for (const wake of this.waking) wake();
  }

  /** Takes the saga up when nobody works on it. Tells the log, once, when this process could not. */
  async for(sagaId: string): Promise<CompletedSaga> {
    const release = this.ports.keepAlive();
    let isTold = false;
    try {
      for (;;) {
        const end = await this.ports.runOf(sagaId)?.end;
        if (end?.type === 'ended') return completed(sagaId, end.state, end.cause);
        if (end?.type === 'broken') throw new SagaHandedBackError(sagaId, { cause: end.error });
        const stored = await this.findWhileOpen(sagaId);
        if (!stored) throw new UnknownSagaError(sagaId);
        const state = replaySaga(stored.journal);
        if (isTerminalSaga(state) || state.parked) return completed(sagaId, state);
        if (this.isClosing) throw new SagaHandedBackError(sagaId);
        if (!stored.isLeased && (await this.ports.takeUp(sagaId))) continue;
        if (!isTold) isTold = this.tellIfUnclaimed(stored);
        if (!this.ports.runOf(sagaId)) await this.pause();
      }
    } finally {
      release();
    }
  }

  /** Somebody waits for what this process cannot bring about: as while a new release is rolled out, or for ever. */
  private tellIfUnclaimed({ sagaId, definition, isLeased }: SagaDetail): boolean {
    const { name, version, hash } = definition;
    if (isLeased || this.ports.isDefined(hash)) return false;
    const problem = `nobody works on it, and this process has not defined version ${version} of "${name}" as it was started with`;
    const advice = 'start a worker that has, or define that version here too';
    this.ports.logger.warn({ sagaId, name, version }, `still waiting for a saga: ${problem}; ${advice}`);
    return true;
  }

  /** Whoever waits for a saga when this process closes is told of that, also when the database is closed by now. */
  private async findWhileOpen(sagaId: string): Promise<SagaDetail | undefined> {
    try {
      return await this.ports.store.find(sagaId);
    } catch (error) {
      if (isErosError(error, 'engine_closed')) throw new SagaHandedBackError(sagaId, { cause: error });
      throw error;
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.waking.delete(wake);
        resolve();
      };
      const cancel = this.ports.schedule(wake, this.sweepMs);
      this.waking.add(wake);
    });
  }
}
