import { isErosError, type Logger, type SagaStore } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { SetAside } from './set-aside.js';
import type { SagaSettings } from './settings.js';

export interface SagaSweeperPorts {
  readonly store: Pick<SagaStore, 'claimable'>;
  readonly schedule: Schedule;
  readonly logger: Logger;
  /** Of the definitions whose sagas are looked for. */
  readonly hashes: () => readonly string[];
  /** How many sagas more may be executed here. */
  readonly room: () => number;
  /** Whether the saga is executed here now. */
  readonly takeUp: (sagaId: string) => Promise<boolean>;
}

/** Looks for sagas that nobody works on, every `sweepMs`, and has them taken up while there is room. */
export class SagaSweeper {
  private sweeping: Promise<void> | undefined;
  private isSweeping = false;
  private isOver = false;
  private cancelNext: () => void = () => undefined;
  private readonly setAside = new SetAside();
  /** The last sweep took of as many sagas as there was room for: there may be more. */
  private isBehind = false;

  constructor(
    private readonly ports: SagaSweeperPorts,
    private readonly settings: Pick<SagaSettings, 'sweepMs' | 'runningMax'>,
  ) {}

  /** Sweeps now, and plans the next sweep. Never rejects. */
  sweep(): Promise<void> {
    this.isSweeping = true;
    this.sweeping = this.claimAll()
      .catch((error: unknown) =>
        this.ports.logger.warn({ error }, 'looking for sagas failed; the next sweep tries again'),
      )
      .then(() => {
        this.isSweeping = false;
        if (!this.isOver) this.cancelNext = this.ports.schedule(() => void this.sweep(), this.settings.sweepMs);
        this.goOn();
      });
    return this.sweeping;
  }

  /** Sweeps before the time, as soon as there is room for a good part of what is in line. */
  goOn(): void {
    if (!this.isBehind || this.isSweeping || this.isOver || this.ports.room() < this.settings.runningMax / 2) return;
    this.cancelNext();
    void this.sweep();
  }

  /** Takes nothing up any more, and resolves when the present sweep has ended. */
  async end(): Promise<void> {
    this.isOver = true;
    this.cancelNext();
    await this.sweeping;
  }

  private async claimAll(): Promise<void> {
    this.isBehind = false;
    const room = this.ports.room();
    if (room <= 0) return;
    const limit = room + this.setAside.size;
    const found = await this.ports.store.claimable(this.ports.hashes(), limit);
    if (found.length < limit) this.setAside.keep(found);
    for (const sagaId of this.setAside.next(found)) {
      if (this.isOver || this.ports.room() <= 0) return;
      // What cannot be claimed is no reason for another look.
      if (await this.takeUpAlone(sagaId)) this.isBehind = found.length === limit;
    }
  }

  /** Takes a saga up, or sets it aside: it is in nobody's way. Rejects when more than this one saga seems to be the matter. */
  private async takeUpAlone(sagaId: string): Promise<boolean> {
    try {
      const isTaken = await this.ports.takeUp(sagaId);
      this.setAside.delete(sagaId);
      return isTaken;
    } catch (error) {
      const isNew = this.setAside.add(sagaId);
      if (!isErosError(error, 'unreadable_saga')) {
        if (isNew) throw error;
        this.ports.logger.warn({ sagaId, error }, 'a saga could not be taken up; it is tried again');
      } else if (isNew) {
        this.ports.logger.error({ sagaId, error }, `passing over a saga: ${error.message}`);
      }
      return false;
    }
  }
}
