import type { Transaction, Versioned } from '../storage/index.js';
import type { Rotation } from './rotation.js';

/** When a rotation is written, and the days it stands at then: `days_on_pattern` is stored for readers of the table. */
export interface RotationWrite {
  /** The version read before deciding; 0 when there was none. */
  readonly expectedVersion: number;
  readonly atMs: number;
  readonly daysOnPattern: number;
}

/** Keeps one rotation per creator. What is promised here is tested by `rotationStoreContract`. */
export interface RotationStore {
  /**
   * The creator's rotation and its version, or `undefined` if it has none. A row that the predecessor wrote is read as what
   * `adoptLegacyRotation` makes of it, at the version the row has.
   *
   * @throws {InvalidPatternError} for a row that holds no pattern of ours nor of the predecessor's. It stays as it is.
   */
  load(creatorId: string, tx?: Transaction): Promise<Versioned<Rotation> | undefined>;

  /**
   * Writes the rotation, if its stored version is still the expected one.
   *
   * @returns the new version, one higher.
   * @throws {StaleVersionError} when another writer came first; nothing is written.
   */
  save(rotation: Rotation, write: RotationWrite, tx?: Transaction): Promise<number>;

  /** The rotations in state `active`, by creator, as reports show them. */
  listActive(tx?: Transaction): Promise<Versioned<Rotation>[]>;
}
