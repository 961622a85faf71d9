import { DatabaseUnavailableError, isThrown, type DatabaseFault } from '@eros/domain';
import type { SagaSettings } from './settings.js';

/** Faults that somebody has to mend. Others, such as a lock, mostly pass by themselves. */
const TO_BE_MENDED: readonly DatabaseFault[] = ['disk_full', 'io_error', 'read_only', 'corrupt', 'permission_denied'];
/** With the default settings 20 s: a disk that was full for a moment has room again by then. */
const SWEEPS = 20;
/** What a worker could not write is tried again when its lease is over. */
const LEASES = 2;

interface Failing {
  readonly sinceMs: number;
  readonly latestMs: number;
  readonly error: DatabaseUnavailableError;
}

/** What this process's work on sagas fails by since something could last be written. Who waits for sagas asks whether there is any use. */
export class LastingFailures {
  readonly lastingMs: number;
  private failing: Failing | undefined;

  constructor(
    { sweepMs, leaseMs }: Pick<SagaSettings, 'sweepMs' | 'leaseMs'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.lastingMs = Math.max(SWEEPS * sweepMs, LEASES * leaseMs);
  }

  met(error: unknown): void {
    if (!isThrown(error, DatabaseUnavailableError) || !TO_BE_MENDED.includes(error.fault)) return;
    const latestMs = this.nowMs();
    this.failing = { sinceMs: this.failing?.sinceMs ?? latestMs, latestMs, error };
  }

  /** A saga came to rest, in whichever process, which was written down; or somebody begins to wait, and hopes anew. */
  forget(): void {
    this.failing = undefined;
  }

  /** @throws {DatabaseUnavailableError} that was met again and again for `lastingMs`. */
  assertHopeful(): void {
    const { failing } = this;
    if (failing && failing.latestMs - failing.sinceMs >= this.lastingMs) throw failing.error;
  }
}
