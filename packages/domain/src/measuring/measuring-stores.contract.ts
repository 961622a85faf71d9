import { newLearningState, nextOffset, learnWeek } from '../learning/index.js';
import type { UnitOfWork } from '../storage/index.js';
import { DAY_MS } from '../time/index.js';
import { decideVolume } from '../volume/index.js';
import { nothingLearnt, type LearningRecord, type LearningStore } from './learning-store.js';
import type { AppliedOutcome, NewOutcome, OutcomeStore } from './outcome-store.js';
import type { NewPrediction, PredictionOutcome, PredictionStore } from './prediction-store.js';
import type { VolumeLog } from './volume-log.js';

const AT_MS = Date.UTC(2026, 10, 22, 12);
const decision = decideVolume({
  creator: { fanCount: 760, pageType: 'paid', timeZone: 'Europe/London' },
  sends: [],
  asOfMs: AT_MS,
});

const prediction = (changes: Partial<NewPrediction> = {}): NewPrediction => ({
  creatorId: 'c-1',
  weekStart: '2026-11-23',
  templateId: 1,
  predictedAtMs: AT_MS,
  asOfMs: AT_MS - 5,
  algorithmVersion: '3.0',
  fanCount: 760,
  pageType: 'paid',
  saturationScore: 50,
  opportunityScore: 55.5,
  tier: 'low',
  perDay: { revenue: 3, engagement: 3, retention: 1 },
  weeklyRevenueUsd: 1234.56,
  weeklyMessages: 49,
  interval: { lowUsd: 900.25, highUsd: 1600.75 },
  curve: [
    { volume: 0, revenueUsd: 0 },
    { volume: 0.5, revenueUsd: 100 },
  ],
  inputs: {
    basis: 'history',
    asOfMs: AT_MS,
    weeks: 8,
    firstWeek: '2026-09-21',
    lastWeek: '2026-11-09',
    volume: 3,
    learntShare: 0.25,
    variation: 0.3,
  },
  ...changes,
});

const measured: PredictionOutcome = {
  measuredAtMs: AT_MS + 8 * DAY_MS,
  actualRevenueUsd: 1000,
  actualMessages: 50,
  actualRevenueSends: 20,
  actualRevenuePerSendUsd: 50,
  revenueErrorPct: -19,
  volumeErrorPct: 2,
  curveRevenueUsd: 1100,
  curveInterval: { lowUsd: 800, highUsd: 1500 },
  weekBefore: { sends: 19, revenueUsd: 1250 },
  naiveRevenueUsd: 1300,
};
const nothingCame: PredictionOutcome = {
  ...measured,
  actualRevenueSends: 0,
  actualRevenuePerSendUsd: null,
  revenueErrorPct: null,
  volumeErrorPct: null,
  curveRevenueUsd: null,
  curveInterval: null,
  naiveRevenueUsd: null,
  weekBefore: null,
};

const outcome = (changes: Partial<NewOutcome> = {}): NewOutcome => ({
  logId: 1,
  predictionId: 1,
  creatorId: 'c-1',
  weekStart: '2026-11-23',
  measuredAtMs: AT_MS,
  input: {
    saturationScore: 50,
    opportunityScore: 50,
    tier: 'low',
    revenuePerDay: 3,
    engagementPerDay: 3,
    retentionPerDay: 1,
  },
  result: {
    saturationScore: 65,
    opportunityScore: 50,
    revenuePerSendUsd: 50,
    totalRevenueUsd: 1000,
    viewRate: 0.4,
    purchaseRate: null,
    messagesSent: 50,
  },
  revenuePerSendChangePct: null,
  classification: 'neutral',
  evidence: 'inconclusive',
  signal: -0.125,
  confidence: 0.25,
  fatigue: 0,
  week: { weekStart: '2026-11-23', volume: 20 / 7, revenueUsd: 1000 },
  ...changes,
});

const state = learnWeek(newLearningState(3), { weekStart: '2026-11-23', volume: 20 / 7, revenueUsd: 1000 });
const input = {
  state,
  computedVolume: 3,
  lastOffset: 0,
  weeksAtOffset: 9,
  fatigue: 0,
  isFrozen: false,
  seed: 'c-1 2026-11-23',
};
const applied: AppliedOutcome = { appliedAtMs: AT_MS, input, decision: nextOffset(input) };

/** What the stores of decisions, predictions, outcomes and learning promise. The creators `c-1` and `c-2` exist. */
export function measuringStoresContract(
  open: () => Promise<{
    volumeLog: VolumeLog;
    predictions: PredictionStore;
    outcomes: OutcomeStore;
    learning: LearningStore;
    unitOfWork: UnitOfWork;
    /** Stores a week template of the creator, so that predictions can refer to it, and gives its id. */
    templateOf(creatorId: string, weekStart: string): Promise<number>;
    close(): Promise<void>;
  }>,
): void {
  type Opened = Awaited<ReturnType<typeof open>>;
  let stores: Opened;
  beforeEach(async () => void (stores = await open()));
  afterEach(() => stores.close());

  describe('volume log', () => {
    it('gives back a decision bit for bit, the latest of a week first', async () => {
      const { volumeLog, unitOfWork } = stores;
      const entry = {
        creatorId: 'c-1',
        weekStart: '2026-11-23',
        templateId: undefined,
        calculatedAtMs: AT_MS + 7,
        decision,
      };
      const append = () => unitOfWork.transaction((tx) => volumeLog.append(entry, tx));
      const first = await append();
      const second = await append();
      expect(await volumeLog.get(first)).toEqual({ ...entry, logId: first });
      expect(await volumeLog.find('c-1', '2026-11-23')).toEqual({ ...entry, logId: second });
      expect(await volumeLog.find('c-1', '2026-11-30')).toBeUndefined();
      expect(await volumeLog.get(99)).toBeUndefined();
      expect(await volumeLog.storedHorizons('c-1')).toEqual([]);
    });
  });

  describe('prediction store', () => {
    const insert = async (changes: Partial<NewPrediction> = {}) => {
      const { creatorId, weekStart } = prediction(changes);
      const templateId = await stores.templateOf(creatorId, weekStart);
      const complete = prediction({ ...changes, templateId });
      const predictionId = await stores.unitOfWork.transaction((tx) => stores.predictions.insert(complete, tx));
      return { ...complete, predictionId, outcome: undefined };
    };

    it('gives back every field, with and without an interval', async () => {
      const stored = await insert();
      const bare = await insert({ creatorId: 'c-2', interval: null, curve: [] });
      expect(await stores.predictions.find('c-1', '2026-11-23')).toEqual(stored);
      expect(await stores.predictions.find('c-2', '2026-11-23')).toEqual(bare);
      expect(await stores.predictions.find('c-2', '2026-11-30')).toBeUndefined();
    });

    it('leaves superseded predictions out', async () => {
      const { predictions, unitOfWork } = stores;
      await insert();
      await unitOfWork.transaction((tx) => predictions.supersede('c-1', '2026-11-23', AT_MS, tx));
      expect(await predictions.find('c-1', '2026-11-23')).toBeUndefined();
      expect(await predictions.unmeasured('2026-12-28')).toEqual([]);
      const again = await insert({ weeklyRevenueUsd: 1 });
      expect(await predictions.find('c-1', '2026-11-23')).toEqual(again);
      expect(await predictions.unmeasured('2026-12-28')).toEqual([again]);
    });

    it('reinstates a superseded prediction', async () => {
      const { predictions, unitOfWork } = stores;
      const first = await insert();
      await unitOfWork.transaction((tx) => predictions.supersede('c-1', '2026-11-23', AT_MS, tx));
      await insert({ weeklyRevenueUsd: 1 });
      await unitOfWork.transaction(async (tx) => {
        await predictions.supersede('c-1', '2026-11-23', AT_MS, tx);
        await predictions.reinstate(first.predictionId, tx);
      });
      expect(await predictions.find('c-1', '2026-11-23')).toEqual(first);
      expect(await predictions.unmeasured('2026-12-28')).toEqual([first]);
    });

    it('measures once for all, and lists what is left by week and creator', async () => {
      const { predictions, unitOfWork } = stores;
      const later = await insert({ weekStart: '2026-11-30' });
      const other = await insert({ creatorId: 'c-2' });
      const first = await insert();
      expect(await predictions.unmeasured('2026-11-30')).toEqual([first, other, later]);
      expect(await predictions.unmeasured('2026-11-23')).toEqual([first, other]);
      await unitOfWork.transaction(async (tx) => {
        await predictions.saveOutcome(first.predictionId, measured, tx);
        await predictions.saveOutcome(other.predictionId, nothingCame, tx);
      });
      expect(await predictions.unmeasured('2026-11-30')).toEqual([later]);
      expect(await predictions.measured()).toEqual([
        { ...first, outcome: measured },
        { ...other, outcome: nothingCame },
      ]);
      expect(await predictions.measured({ creatorId: 'c-2' })).toEqual([{ ...other, outcome: nothingCame }]);
    });

    it('tells whose predictions keep missing', async () => {
      const { predictions, unitOfWork } = stores;
      const errors = { 'c-1': [-40, 60, null], 'c-2': [90, 10] };
      for (const [creatorId, given] of Object.entries(errors)) {
        for (const [index, revenueErrorPct] of given.entries()) {
          const { predictionId } = await insert({
            creatorId,
            weekStart: ['2026-11-09', '2026-11-16', '2026-11-23'][index] ?? '',
          });
          await unitOfWork.transaction((tx) =>
            predictions.saveOutcome(predictionId, { ...measured, revenueErrorPct }, tx),
          );
        }
      }
      await insert({ creatorId: 'c-2' });
      const [one, two] = [
        { creatorId: 'c-1', avgErrorPct: 50, predictions: 3 },
        { creatorId: 'c-2', avgErrorPct: 50, predictions: 2 },
      ];
      expect(await predictions.missed({ errorPct: 25, atLeast: 2 })).toEqual([one, two]);
      expect(await predictions.missed({ errorPct: 25, atLeast: 3 })).toEqual([one]);
      expect(await predictions.missed({ errorPct: 50, atLeast: 1 })).toEqual([]);
    });

    it('takes a measurement back, and notes a revision that came too late', async () => {
      const { predictions, unitOfWork } = stores;
      const first = await insert();
      const revision = { notedAtMs: AT_MS, revenueUsd: 1100, revenueSends: 20 };
      await unitOfWork.transaction(async (tx) => {
        await predictions.saveOutcome(first.predictionId, measured, tx);
        await predictions.noteRevision(first.predictionId, revision, tx);
      });
      expect(await predictions.revisionOf(first.predictionId)).toEqual(revision);
      expect(await predictions.find('c-1', '2026-11-23')).toEqual({ ...first, outcome: measured });
      await unitOfWork.transaction((tx) => predictions.clearOutcome(first.predictionId, tx));
      expect(await predictions.unmeasured('2026-11-23')).toEqual([first]);
    });
  });

  describe('outcome store', () => {
    const insert = async (changes: Partial<NewOutcome> = {}) => {
      const { creatorId, weekStart } = outcome(changes);
      const templateId = await stores.templateOf(creatorId, weekStart);
      return stores.unitOfWork.transaction(async (tx) => {
        const logId = await stores.volumeLog.append(
          { creatorId, weekStart, templateId, calculatedAtMs: AT_MS, decision },
          tx,
        );
        const complete = outcome({ ...changes, logId });
        return { ...complete, outcomeId: await stores.outcomes.insert(complete, tx), applied: undefined };
      });
    };

    it('gives back every field, one outcome a creator and week', async () => {
      const stored = await insert();
      expect(await stores.outcomes.find('c-1', '2026-11-23')).toEqual(stored);
      expect(await stores.outcomes.find('c-2', '2026-11-23')).toBeUndefined();
      await expect(insert()).rejects.toThrow();
    });

    it('applies an outcome once', async () => {
      const { outcomes, unitOfWork } = stores;
      const later = await insert({ weekStart: '2026-11-30' });
      const first = await insert();
      const other = await insert({ creatorId: 'c-2' });
      expect(await outcomes.unapplied()).toEqual([first, later, other]);
      const apply = () => unitOfWork.transaction((tx) => outcomes.markApplied(first.outcomeId, applied, tx));
      expect(await apply()).toBe(true);
      expect(await apply()).toBe(false);
      expect(await outcomes.unapplied('c-1')).toEqual([later]);
      expect(await outcomes.list('c-1')).toEqual([{ ...first, applied }, later]);
    });

    it('discards what was not applied, and nothing else', async () => {
      const { outcomes, unitOfWork } = stores;
      const first = await insert();
      const second = await insert({ weekStart: '2026-11-30' });
      await unitOfWork.transaction(async (tx) => {
        await outcomes.markApplied(first.outcomeId, applied, tx);
        await outcomes.discard(first.outcomeId, tx);
        await outcomes.discard(second.outcomeId, tx);
      });
      expect(await outcomes.list('c-1')).toEqual([{ ...first, applied }]);
    });
  });

  describe('learning store', () => {
    const learnt: LearningRecord = {
      creatorId: 'c-1',
      state,
      seededWith: [{ weekStart: '2026-11-16', volume: 2.5, revenueUsd: 900.1 }],
      offset: -1,
      guard: 'step_limit',
      weeksAtOffset: 1,
      lastWeek: '2026-11-23',
      frozen: { by: 'op', reason: 'holiday', atMs: AT_MS },
      updatedAtMs: AT_MS,
    };
    const save = (record: LearningRecord, version: number) =>
      stores.unitOfWork.transaction((tx) => stores.learning.save(record, version, tx));

    it('gives back every field, and its version', async () => {
      expect(await stores.learning.load('c-1')).toBeUndefined();
      expect(await save(nothingLearnt('c-1', AT_MS), 0)).toBe(1);
      expect(await stores.learning.load('c-1')).toEqual({ value: nothingLearnt('c-1', AT_MS), version: 1 });
      expect(await save(learnt, 1)).toBe(2);
      expect(await stores.learning.load('c-1')).toEqual({ value: learnt, version: 2 });
    });

    it('refuses a stale version and writes nothing', async () => {
      await save(learnt, 0);
      await expect(save({ ...learnt, offset: 5 }, 0)).rejects.toMatchObject({
        code: 'stale_version',
        expectedVersion: 0,
      });
      await expect(save({ ...learnt, offset: 5 }, 2)).rejects.toMatchObject({ code: 'stale_version' });
      expect(await stores.learning.load('c-1')).toEqual({ value: learnt, version: 1 });
    });
  });
}
