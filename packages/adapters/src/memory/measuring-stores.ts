import {
  StaleVersionError,
  type AppliedOutcome,
  type LateRevision,
  type LearningRecord,
  type LearningStore,
  type LoggedDecision,
  type MissedPredictions,
  type NewOutcome,
  type NewPrediction,
  type OutcomeStore,
  type PredictionOutcome,
  type PredictionStore,
  type StoredHorizon,
  type StoredOutcome,
  type StoredPrediction,
  type Transaction,
  type Versioned,
  type VolumeLog,
} from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

const byCreatorAndWeek = (a: { creatorId: string; weekStart: string }, b: { creatorId: string; weekStart: string }) =>
  a.creatorId === b.creatorId ? (a.weekStart < b.weekStart ? -1 : 1) : a.creatorId < b.creatorId ? -1 : 1;
const byWeekAndCreator = (a: { creatorId: string; weekStart: string }, b: { creatorId: string; weekStart: string }) =>
  a.weekStart === b.weekStart ? (a.creatorId < b.creatorId ? -1 : 1) : a.weekStart < b.weekStart ? -1 : 1;

export class MemoryVolumeLog implements VolumeLog {
  constructor(private readonly database: MemoryDatabase) {}

  async append(entry: Omit<LoggedDecision, 'logId'>, tx: Transaction): Promise<number> {
    const table = this.database.on(tx).table<LoggedDecision>('volume_log');
    const logId = table.nextId();
    table.set(String(logId), { ...entry, logId });
    return logId;
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<LoggedDecision | undefined> {
    const all = this.database.on(tx).table<LoggedDecision>('volume_log').values();
    return all.filter((entry) => entry.creatorId === creatorId && entry.weekStart === weekStart).at(-1);
  }

  async get(logId: number, tx?: Transaction): Promise<LoggedDecision | undefined> {
    return this.database.on(tx).table<LoggedDecision>('volume_log').get(String(logId));
  }

  async storedHorizons(): Promise<StoredHorizon[]> {
    return []; // only adopted databases have them
  }
}

interface KeptPrediction {
  readonly prediction: StoredPrediction;
  readonly supersededAtMs: number | undefined;
  readonly revision: LateRevision | undefined;
}

export class MemoryPredictionStore implements PredictionStore {
  constructor(private readonly database: MemoryDatabase) {}

  private table(tx?: Transaction) {
    return this.database.on(tx).table<KeptPrediction>('predictions');
  }

  private current(tx?: Transaction): StoredPrediction[] {
    return this.table(tx)
      .values()
      .flatMap(({ prediction, supersededAtMs }) => (supersededAtMs === undefined ? [prediction] : []));
  }

  async insert(prediction: NewPrediction, tx: Transaction): Promise<number> {
    const predictionId = this.table(tx).nextId();
    const stored = { ...prediction, predictionId, outcome: undefined };
    this.table(tx).set(String(predictionId), { prediction: stored, supersededAtMs: undefined, revision: undefined });
    return predictionId;
  }

  async supersede(creatorId: string, weekStart: string, atMs: number, tx: Transaction): Promise<void> {
    for (const { predictionId, outcome } of this.current(tx).filter(
      (p) => p.creatorId === creatorId && p.weekStart === weekStart,
    )) {
      if (!outcome) this.change(predictionId, { supersededAtMs: atMs }, tx);
    }
  }

  async reinstate(predictionId: number, tx: Transaction): Promise<void> {
    this.change(predictionId, { supersededAtMs: undefined }, tx);
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredPrediction | undefined> {
    return this.current(tx)
      .filter((p) => p.creatorId === creatorId && p.weekStart === weekStart)
      .at(-1);
  }

  async unmeasured(throughWeek: string, tx?: Transaction): Promise<StoredPrediction[]> {
    return this.current(tx)
      .filter(({ outcome, weekStart }) => !outcome && weekStart <= throughWeek)
      .sort(byWeekAndCreator);
  }

  async measured(filter: { creatorId?: string } = {}, tx?: Transaction): Promise<StoredPrediction[]> {
    return this.current(tx)
      .filter(({ outcome, creatorId }) => outcome && (filter.creatorId === undefined || creatorId === filter.creatorId))
      .sort(byCreatorAndWeek);
  }

  async missed(
    { errorPct, atLeast }: { errorPct: number; atLeast: number },
    tx?: Transaction,
  ): Promise<MissedPredictions[]> {
    const byCreator = new Map<string, (number | null)[]>();
    for (const { creatorId, outcome } of await this.measured({}, tx)) {
      byCreator.set(creatorId, [...(byCreator.get(creatorId) ?? []), outcome?.revenueErrorPct ?? null]);
    }
    return [...byCreator].flatMap(([creatorId, all]) => {
      const errors = all.filter((error) => error !== null).map(Math.abs);
      const avgErrorPct = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      return avgErrorPct > errorPct && all.length >= atLeast
        ? [{ creatorId, avgErrorPct, predictions: all.length }]
        : [];
    });
  }

  async saveOutcome(predictionId: number, outcome: PredictionOutcome, tx: Transaction): Promise<void> {
    this.changePrediction(predictionId, { outcome }, tx);
  }

  async clearOutcome(predictionId: number, tx: Transaction): Promise<void> {
    this.changePrediction(predictionId, { outcome: undefined }, tx);
  }

  async noteRevision(predictionId: number, revision: LateRevision, tx: Transaction): Promise<void> {
    this.change(predictionId, { revision }, tx);
  }

  async revisionOf(predictionId: number, tx?: Transaction): Promise<LateRevision | undefined> {
    return this.table(tx).get(String(predictionId))?.revision;
  }

  private changePrediction(predictionId: number, changes: Partial<StoredPrediction>, tx: Transaction): void {
    const kept = this.table(tx).get(String(predictionId));
    if (kept) this.change(predictionId, { prediction: { ...kept.prediction, ...changes } }, tx);
  }

  private change(predictionId: number, changes: Partial<KeptPrediction>, tx: Transaction): void {
    const kept = this.table(tx).get(String(predictionId));
    if (kept) this.table(tx).set(String(predictionId), { ...kept, ...changes });
  }
}

export class MemoryOutcomeStore implements OutcomeStore {
  constructor(private readonly database: MemoryDatabase) {}

  private table(tx?: Transaction) {
    return this.database.on(tx).table<StoredOutcome>('outcomes');
  }

  async insert(outcome: NewOutcome, tx: Transaction): Promise<number> {
    if (await this.find(outcome.creatorId, outcome.weekStart, tx)) {
      throw new Error(`the week of ${outcome.weekStart} for "${outcome.creatorId}" has an outcome already`);
    }
    const outcomeId = this.table(tx).nextId();
    this.table(tx).set(String(outcomeId), { ...outcome, outcomeId, applied: undefined });
    return outcomeId;
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredOutcome | undefined> {
    return this.table(tx)
      .values()
      .find((outcome) => outcome.creatorId === creatorId && outcome.weekStart === weekStart);
  }

  async unapplied(creatorId?: string, tx?: Transaction): Promise<StoredOutcome[]> {
    return this.table(tx)
      .values()
      .filter((outcome) => !outcome.applied && (creatorId === undefined || outcome.creatorId === creatorId))
      .sort(byCreatorAndWeek);
  }

  async list(creatorId: string, tx?: Transaction): Promise<StoredOutcome[]> {
    return this.table(tx)
      .values()
      .filter((outcome) => outcome.creatorId === creatorId)
      .sort(byCreatorAndWeek);
  }

  async markApplied(outcomeId: number, applied: AppliedOutcome, tx: Transaction): Promise<boolean> {
    const outcome = this.table(tx).get(String(outcomeId));
    if (!outcome || outcome.applied) return false;
    this.table(tx).set(String(outcomeId), { ...outcome, applied });
    return true;
  }

  async discard(outcomeId: number, tx: Transaction): Promise<void> {
    if (!this.table(tx).get(String(outcomeId))?.applied) this.table(tx).delete(String(outcomeId));
  }
}

export class MemoryLearningStore implements LearningStore {
  constructor(private readonly database: MemoryDatabase) {}

  async load(creatorId: string, tx?: Transaction): Promise<Versioned<LearningRecord> | undefined> {
    return this.database.on(tx).table<Versioned<LearningRecord>>('learning').get(creatorId);
  }

  async save(record: LearningRecord, expectedVersion: number, tx: Transaction): Promise<number> {
    const table = this.database.on(tx).table<Versioned<LearningRecord>>('learning');
    if ((table.get(record.creatorId)?.version ?? 0) !== expectedVersion) {
      throw new StaleVersionError(`what was learnt of "${record.creatorId}"`, expectedVersion);
    }
    table.set(record.creatorId, { value: record, version: expectedVersion + 1 });
    return expectedVersion + 1;
  }
}
