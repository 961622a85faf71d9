import {
  mondayOf,
  reviseMeasured,
  type Creator,
  type LateRevision,
  type OutcomeStore,
  type PredictionStore,
  type Send,
  type StoredPrediction,
  type Transaction,
} from '@eros/domain';

interface LateFiguresPorts {
  readonly predictions: PredictionStore;
  readonly outcomes: OutcomeStore;
}

/**
 * Notices when an import changes the figures of a week that was measured already. A week not yet learnt from is measured again; of
 * one that was, the new figures are kept beside the old ones, and no signal changes.
 */
export class LateFigures {
  private constructor(
    private readonly ports: LateFiguresPorts,
    private readonly timeZones: ReadonlyMap<string, string>,
    private readonly measured: Map<string, StoredPrediction>,
  ) {}

  static async open(ports: LateFiguresPorts, creators: readonly Creator[]): Promise<LateFigures> {
    const timeZones = new Map(creators.map(({ creatorId, timeZone }) => [creatorId, timeZone]));
    const measured = await ports.predictions.measured();
    return new LateFigures(ports, timeZones, new Map(measured.map((p) => [keyOf(p.creatorId, p.weekStart), p])));
  }

  /** Takes note of sends that came anew or were revised, in the transaction that stores them. */
  async note(
    changes: readonly { before: Send | undefined; after: Send }[],
    nowMs: number,
    tx: Transaction,
  ): Promise<void> {
    if (this.measured.size === 0) return;
    const deltas = new Map<string, { sends: number; revenueUsd: number }>();
    const add = (send: Send | undefined, sign: 1 | -1): void => {
      if (send?.category !== 'revenue') return;
      const timeZone = this.timeZones.get(send.creatorId);
      if (timeZone === undefined) return;
      const key = keyOf(send.creatorId, mondayOf(timeZone, send.sentAtMs));
      if (!this.measured.has(key)) return;
      const delta = deltas.get(key) ?? { sends: 0, revenueUsd: 0 };
      deltas.set(key, { sends: delta.sends + sign, revenueUsd: delta.revenueUsd + sign * send.earningsUsd });
    };
    for (const { before, after } of changes) {
      add(before, -1);
      add(after, 1);
    }
    for (const [key, delta] of deltas) await this.revise(key, delta, nowMs, tx);
  }

  private async revise(
    key: string,
    delta: { sends: number; revenueUsd: number },
    nowMs: number,
    tx: Transaction,
  ): Promise<void> {
    const { predictions, outcomes } = this.ports;
    const listed = this.measured.get(key);
    if (!listed) return;
    const { predictionId, creatorId, weekStart } = listed;
    const result = (await predictions.find(creatorId, weekStart, tx))?.outcome;
    if (!result) return;
    const known: Pick<LateRevision, 'revenueSends' | 'revenueUsd'> = (await predictions.revisionOf(
      predictionId,
      tx,
    )) ?? {
      revenueSends: result.actualRevenueSends,
      revenueUsd: result.actualRevenueUsd,
    };
    const revised = { revenueSends: known.revenueSends + delta.sends, revenueUsd: known.revenueUsd + delta.revenueUsd };
    const outcome = await outcomes.find(creatorId, weekStart, tx);
    const decision = reviseMeasured(
      { volume: known.revenueSends / 7, revenueUsd: known.revenueUsd },
      { volume: revised.revenueSends / 7, revenueUsd: revised.revenueUsd },
      outcome?.applied !== undefined,
    );
    if (decision.type === 'unchanged') return;
    if (decision.type === 'revised_after_measuring') {
      await predictions.noteRevision(predictionId, { notedAtMs: nowMs, ...revised }, tx);
      return;
    }
    if (outcome) await outcomes.discard(outcome.outcomeId, tx);
    await predictions.clearOutcome(predictionId, tx);
    this.measured.delete(key);
  }
}

const keyOf = (creatorId: string, weekStart: string): string => `${weekStart} ${creatorId}`;
