import {
  checkPattern,
  daysOnPattern,
  decideRotation,
  evolveRotation,
  InvalidSettingsError,
  InvalidTransitionError,
  servePattern,
  slotsOf,
  UnknownCreatorError,
  type Clock,
  type Creator,
  type CreatorStore,
  type OperationLog,
  type OperationType,
  type PatternAdjustment,
  type Rotation as StoredRotation,
  type RotationCommand,
  type RotationPattern,
  type RotationState,
  type RotationStore,
  type Transaction,
  type UnitOfWork,
  type Versioned,
} from '@eros/domain';

/** A creator's rotation, as it stands now. */
export interface Rotation {
  readonly creatorId: string;
  readonly state: RotationState;
  /** As it was given. */
  readonly pattern: RotationPattern;
  /** The share of the slots that each content type is served with, 0..1. */
  readonly shares: Readonly<Record<string, number>>;
  /** What of the pattern cannot be kept, and what is served instead; empty for every pattern that `start` and `rotate` take. */
  readonly adjustments: readonly PatternAdjustment[];
  readonly patternStart: Date;
  /** Creator-local days on this pattern, those in pauses left out. */
  readonly daysOnPattern: number;
  /** How many slots of the pattern have been taken. */
  readonly position: number;
  /** Grows by one with each change. */
  readonly version: number;
}

export interface RotationsPorts {
  readonly creators: CreatorStore;
  readonly rotations: RotationStore;
  readonly operations: OperationLog;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** The most slots that one call draws or shows. */
const SLOTS_PER_CALL = 10_000;

/**
 * Which content type a creator's next slots hold. Every change is one transaction with its row in the operation log; a change
 * that another writer overtakes is refused with `stale_version` and may be repeated. Reading never changes anything.
 */
export class Rotations {
  constructor(private readonly ports: RotationsPorts) {}

  /** `undefined` for a creator that has none yet: the first plan gives it one. @throws {UnknownCreatorError} */
  async get(creatorId: string): Promise<Rotation | undefined> {
    const creator = await this.creator(creatorId);
    const stored = await this.ports.rotations.load(creatorId);
    return stored && viewOf(stored, creator, this.ports.clock.nowMs());
  }

  /**
   * Gives a creator without a rotation its first pattern.
   *
   * @throws {InvalidPatternError} naming the part of the pattern that cannot be kept.
   * @throws {InvalidTransitionError} when there is a rotation already: `rotate` changes its pattern.
   */
  async start(creatorId: string, pattern: RotationPattern): Promise<Rotation> {
    const checked = checkPattern(pattern);
    return this.change(creatorId, 'rotation_started', { pattern: checked }, (atMs) => ({
      type: 'start',
      creatorId,
      pattern: checked,
      atMs,
    }));
  }

  /** Days stand still until `resume`; plans go on using the pattern. @throws {InvalidTransitionError} unless it is active. */
  async pause(creatorId: string): Promise<Rotation> {
    return this.change(creatorId, 'rotation_paused', {}, (atMs) => ({ type: 'pause', atMs }));
  }

  /** @throws {InvalidTransitionError} unless it is paused. */
  async resume(creatorId: string): Promise<Rotation> {
    return this.change(creatorId, 'rotation_resumed', {}, (atMs, { timeZone }) => ({ type: 'resume', atMs, timeZone }));
  }

  /**
   * Leaves the pattern for the next one and counts days anew. Without a next one it stops in `rotating`, served by the old
   * pattern, until it is called with one.
   *
   * @throws {InvalidPatternError} naming the part of the next pattern that cannot be kept.
   * @throws {InvalidTransitionError} unless it is active, or rotating and given a next pattern.
   */
  async rotate(creatorId: string, next?: RotationPattern): Promise<Rotation> {
    const checked = next === undefined ? {} : { next: checkPattern(next) };
    return this.change(creatorId, 'rotation_rotated', checked, (atMs) => ({ type: 'rotate', ...checked, atMs }));
  }

  /**
   * Takes the next slots, 1 to 10,000: nobody else gets them, neither `draw` nor a plan.
   *
   * @throws {InvalidTransitionError} when there is no rotation yet.
   */
  async draw(creatorId: string, count: number): Promise<string[]> {
    assertCount(count);
    return this.ports.unitOfWork.transaction(
      async (tx) => {
        const creator = await this.creator(creatorId, tx);
        const stored = await this.ports.rotations.load(creatorId, tx);
        const from = stored?.value.position ?? 0;
        const next = after(stored?.value, { type: 'take', from, count }, creatorId);
        const slots = slotsOf(next, from, count);
        const { patternStartMs } = next;
        const details = { patternStart: new Date(patternStartMs).toISOString(), from, to: from + count, slots };
        await this.save(next, stored?.version ?? 0, creator, { type: 'rotation_drawn', details }, tx);
        return slots;
      },
      { isRepeatable: true },
    );
  }

  /** Shows the next slots, 1 to 10,000, and takes none. @throws {InvalidTransitionError} when there is no rotation yet. */
  async preview(creatorId: string, count: number): Promise<string[]> {
    assertCount(count);
    await this.creator(creatorId);
    const stored = await this.ports.rotations.load(creatorId);
    const from = stored?.value.position ?? 0;
    return slotsOf(after(stored?.value, { type: 'take', from, count: 0 }, creatorId), from, count);
  }

  private async change(
    creatorId: string,
    type: OperationType,
    details: Readonly<Record<string, unknown>>,
    commandAt: (atMs: number, creator: Creator) => RotationCommand,
  ): Promise<Rotation> {
    return this.ports.unitOfWork.transaction(
      async (tx) => {
        const creator = await this.creator(creatorId, tx);
        const stored = await this.ports.rotations.load(creatorId, tx);
        const atMs = this.ports.clock.nowMs();
        const value = after(stored?.value, commandAt(atMs, creator), creatorId);
        const moved = { ...details, from: stored?.value.state ?? 'none', to: value.state };
        const version = await this.save(value, stored?.version ?? 0, creator, { type, details: moved }, tx);
        return viewOf({ value, version }, creator, atMs);
      },
      { isRepeatable: true },
    );
  }

  private async save(
    rotation: StoredRotation,
    expectedVersion: number,
    { creatorId, timeZone }: Creator,
    operation: { type: OperationType; details: Readonly<Record<string, unknown>> },
    tx: Transaction,
  ): Promise<number> {
    const atMs = this.ports.clock.nowMs();
    const write = { expectedVersion, atMs, daysOnPattern: daysOnPattern(rotation, atMs, timeZone) };
    const version = await this.ports.rotations.save(rotation, write, tx);
    await this.ports.operations.append({ ...operation, creatorId, atMs }, tx);
    return version;
  }

  private async creator(creatorId: string, tx?: Transaction): Promise<Creator> {
    const creator = await this.ports.creators.find(creatorId, tx);
    if (!creator) throw new UnknownCreatorError(creatorId);
    return creator;
  }
}

/** The rotation after a command. Throws `invalid_transition` when it is refused. */
function after(rotation: StoredRotation | undefined, command: RotationCommand, creatorId: string): StoredRotation {
  const decision = decideRotation(command, rotation);
  if (decision.type === 'refused') {
    throw new InvalidTransitionError(`rotation of "${creatorId}"`, decision.state, decision.to, decision.allowed);
  }
  const next = decision.events.reduce<StoredRotation | undefined>(evolveRotation, rotation);
  if (!next) throw new Error(`bug: ${command.type} left no rotation`);
  return next;
}

function viewOf({ value, version }: Versioned<StoredRotation>, { timeZone }: Creator, nowMs: number): Rotation {
  const { creatorId, state, pattern, patternStartMs, position } = value;
  const { contentTypes, shares, adjustments } = servePattern(pattern);
  return {
    creatorId,
    state,
    pattern,
    shares: Object.fromEntries(contentTypes.map((type, i) => [type, shares[i] ?? 0])),
    adjustments,
    patternStart: new Date(patternStartMs),
    daysOnPattern: daysOnPattern(value, nowMs, timeZone),
    position,
    version,
  };
}

function assertCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= SLOTS_PER_CALL) return;
  throw new InvalidSettingsError('count', String(count), `a whole number from 1 to ${SLOTS_PER_CALL}`);
}
