import {
  mondayOf,
  reviseMeasured,
  type Creator,
  type OutcomeStore,
  type PredictionStore,
  type Send,
  type Transaction,
} from '@eros/domain';

interface LateFiguresPorts {
  readonly predictions: PredictionStore;
  readonly outcomes: OutcomeStore;
}

/** A send that came anew (`before` is undefined) or with other figures. */
export interface SendChange {
  readonly before: Send | undefined;
  readonly after: Send;
}

interface WeekChange {
  readonly creatorId: string;
  readonly weekStart: string;
  sends: number;
  revenueUsd: number;
}

/** Behind every Monday. */
const EVER = '9999-12-31';

/**
 * Notices when an import changes what measured weeks were measured from. A week that was not learnt from yet is measured again,
 * and so are the later ones, whose signals build on it; of one that was, the new figures are kept beside the old ones, and no
 * signal changes (spec, section 8).
 */
export class LateFigures {
  private constructor(
    private readonly ports: LateFiguresPorts,
    private readonly timeZones: ReadonlyMap<string, string>,
    private readonly predicted: ReadonlySet<string>,
  ) {}

  static async open(ports: LateFiguresPorts, creators: readonly Creator[]): Promise<LateFigures> {
    const timeZones = new Map(creators.map(({ creatorId, timeZone }) => [creatorId, timeZone]));
    const weeks = [...(await ports.predictions.unmeasured(EVER)), ...(await ports.predictions.measured())];
    return new LateFigures(ports, timeZones, new Set(weeks.map(keyOf)));
  }

  /** Takes note of changes in the transaction that stores them. Whether a week is measured is asked there, too. */
  async note(changes: readonly SendChange[], nowMs: number, tx: Transaction): Promise<void> {
    if (this.predicted.size === 0) return;
    const weeks = this.changedWeeks(changes);
    await this.measureAgain([...weeks.values()], tx);
    for (const week of weeks.values()) if (this.predicted.has(keyOf(week))) await this.keepBeside(week, nowMs, tx);
  }

  private changedWeeks(changes: readonly SendChange[]): Map<string, WeekChange> {
    const weeks = new Map<string, WeekChange>();
    const add = (send: Send | undefined, sign: 1 | -1): void => {
      const timeZone = send && this.timeZones.get(send.creatorId);
      if (!send || timeZone === undefined) return;
      const { creatorId } = send;
      const weekStart = mondayOf(timeZone, send.sentAtMs);
      const key = keyOf({ creatorId, weekStart });
      const week = weeks.get(key) ?? { creatorId, weekStart, sends: 0, revenueUsd: 0 };
      weeks.set(key, week);
      if (send.category !== 'revenue') return;
      week.sends += sign;
      week.revenueUsd += sign * send.earningsUsd;
    };
    for (const { before, after } of changes) {
      add(before, -1);
      add(after, 1);
    }
    return weeks;
  }

  /** Takes back what was measured from a creator's first changed week on, and is not learnt from yet. */
  private async measureAgain(changed: readonly WeekChange[], tx: Transaction): Promise<void> {
    const firsts = new Map<string, string>();
    for (const { creatorId, weekStart } of changed) {
      const first = firsts.get(creatorId);
      if (first === undefined || weekStart < first) firsts.set(creatorId, weekStart);
    }
    const { predictions, outcomes } = this.ports;
    for (const { outcomeId, predictionId, creatorId, weekStart } of await outcomes.unapplied(undefined, tx)) {
      const first = firsts.get(creatorId);
      if (first === undefined || weekStart < first) continue;
      await outcomes.discard(outcomeId, tx);
      await predictions.clearOutcome(predictionId, tx);
    }
  }

  /** Keeps the new figures of a week that was learnt from. */
  private async keepBeside(change: WeekChange, nowMs: number, tx: Transaction): Promise<void> {
    const { predictions } = this.ports;
    const prediction = await predictions.find(change.creatorId, change.weekStart, tx);
    if (!prediction?.outcome) return;
    const { actualRevenueSends, actualRevenueUsd } = prediction.outcome;
    const known = (await predictions.revisionOf(prediction.predictionId, tx)) ?? {
      revenueSends: actualRevenueSends,
      revenueUsd: actualRevenueUsd,
    };
    const revised = {
      revenueSends: known.revenueSends + change.sends,
      revenueUsd: known.revenueUsd + change.revenueUsd,
    };
    const decision = reviseMeasured(
      { volume: known.revenueSends / 7, revenueUsd: known.revenueUsd },
      { volume: revised.revenueSends / 7, revenueUsd: revised.revenueUsd },
      true,
    );
    if (decision.type === 'unchanged') return;
    await predictions.noteRevision(prediction.predictionId, { notedAtMs: nowMs, ...revised }, tx);
  }
}

const keyOf = ({ creatorId, weekStart }: { creatorId: string; weekStart: string }): string =>
  `${weekStart} ${creatorId}`;
