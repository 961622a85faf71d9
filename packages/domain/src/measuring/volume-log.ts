import type { Transaction } from '../storage/index.js';
import type { StoredHorizon, VolumeDecision } from '../volume/index.js';

/** A volume decision as stored. */
export interface LoggedDecision {
  readonly logId: number;
  readonly creatorId: string;
  /** The week it was made for. */
  readonly weekStart: string;
  readonly templateId: number | undefined;
  readonly calculatedAtMs: number;
  readonly decision: VolumeDecision;
}

/** The audit of volume decisions: `volume_calculation_log`. Tested by `volumeLogContract`. */
export interface VolumeLog {
  append(entry: Omit<LoggedDecision, 'logId'>, tx: Transaction): Promise<number>;
  /** The latest decision for this creator and week. */
  find(creatorId: string, weekStart: string, tx?: Transaction): Promise<LoggedDecision | undefined>;
  get(logId: number, tx?: Transaction): Promise<LoggedDecision | undefined>;
  /** Horizon scores that an adopted database keeps in `volume_performance_tracking`; none elsewhere. */
  storedHorizons(creatorId: string): Promise<StoredHorizon[]>;
}
