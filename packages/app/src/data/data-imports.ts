import {
  knownCreatorsOf,
  parseCaptionRow,
  parseCreatorRow,
  parseMessageRow,
  reconcileRow,
  reconcileUnknown,
  type Caption,
  type CaptionStore,
  type Clock,
  type Creator,
  type CreatorStore,
  type FollowupStore,
  type OperationLog,
  type OutcomeStore,
  type PredictionStore,
  type ScheduleStore,
  type Send,
  type SendStore,
  type Transaction,
  type UnitOfWork,
} from '@eros/domain';
import type { CaptionRow, CreatorRow, ImportOptions, ImportReport, MessageRow } from '../api.js';
import { resolveUnknown } from '../schedules/resolve-unknown.js';
import { inBatches } from './batches.js';
import { ImportTally } from './import-tally.js';
import { LateFigures } from './late-figures.js';

type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

export interface DataImportsPorts {
  readonly creators: CreatorStore;
  readonly captions: CaptionStore;
  readonly sends: SendStore;
  readonly schedules: ScheduleStore;
  readonly followups: FollowupStore;
  readonly predictions: PredictionStore;
  readonly outcomes: OutcomeStore;
  readonly operations: OperationLog;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** Rows in one transaction: enough to be fast, few enough that other writers wait some milliseconds only. */
const BATCH_ROWS = 1_000;

/** Takes over what others export. A bad row is reported with its line and the reason; it costs no good row. */
export class DataImports {
  constructor(private readonly ports: DataImportsPorts) {}

  /** Imports creators. Of creators with the same page the first wins. */
  async importCreators(rows: Rows<CreatorRow>, options: ImportOptions = {}): Promise<ImportReport> {
    const tally = new ImportTally(options);
    const seen = new Set<string>();
    const pages = new Map((await this.ports.creators.list()).map(({ pageName, creatorId }) => [pageName, creatorId]));
    for await (const batch of inBatches<unknown>(rows, BATCH_ROWS, options.signal)) {
      const accepted: Creator[] = [];
      for (const raw of batch) {
        const line = tally.next(raw);
        const parsed = parseCreatorRow(raw);
        if (parsed.type === 'rejected') {
          tally.reject(line, parsed);
          continue;
        }
        const { creatorId, pageName } = parsed.row;
        const owner = pages.get(pageName);
        if (seen.has(creatorId)) tally.repeat(line, creatorId);
        else if (owner !== undefined && owner !== creatorId) {
          tally.reject(line, { reason: 'page_taken', value: `page_name ${JSON.stringify(pageName)} of ${owner}` });
        } else {
          seen.add(creatorId);
          pages.set(pageName, creatorId);
          accepted.push(parsed.row);
        }
      }
      tally.commit(
        await this.ports.unitOfWork.transaction((tx) => this.saveCreators(accepted, tx), { isRepeatable: true }),
      );
    }
    return tally.report();
  }

  private async saveCreators(creators: readonly Creator[], tx: Transaction) {
    const counts = { imported: 0, unchanged: 0, revised: 0 };
    const nowMs = this.ports.clock.nowMs();
    for (const creator of creators) {
      const decision = reconcileRow(creator, await this.ports.creators.find(creator.creatorId, tx), false).type;
      if (decision === 'duplicate') continue;
      counts[decision] += 1;
      if (decision !== 'unchanged') await this.ports.creators.save(creator, nowMs, tx);
    }
    return counts;
  }

  /** Imports captions, whose creators must be known; a caption without a creator is shared by all. */
  async importCaptions(rows: Rows<CaptionRow>, options: ImportOptions = {}): Promise<ImportReport> {
    const known = knownCreatorsOf(await this.ports.creators.list());
    const tally = new ImportTally(options);
    const seen = new Set<number>();
    for await (const batch of inBatches<unknown>(rows, BATCH_ROWS, options.signal)) {
      const accepted: Caption[] = [];
      for (const raw of batch) {
        const line = tally.next(raw);
        const parsed = parseCaptionRow(raw, known);
        if (parsed.type === 'rejected') tally.reject(line, parsed);
        else if (seen.has(parsed.row.captionId)) tally.repeat(line, String(parsed.row.captionId));
        else {
          seen.add(parsed.row.captionId);
          accepted.push(parsed.row);
        }
      }
      tally.commit(
        await this.ports.unitOfWork.transaction((tx) => this.saveCaptions(accepted, tx), { isRepeatable: true }),
      );
    }
    return tally.report();
  }

  private async saveCaptions(captions: readonly Caption[], tx: Transaction) {
    const ids = captions.map(({ captionId }) => captionId);
    const stored = new Map((await this.ports.captions.find(ids, tx)).map((caption) => [caption.captionId, caption]));
    const decided = captions.map((caption) => ({
      caption,
      type: reconcileRow(caption, stored.get(caption.captionId), false).type,
    }));
    const changed = decided.filter(({ type }) => type !== 'unchanged').map(({ caption }) => caption);
    await this.ports.captions.save(changed, this.ports.clock.nowMs(), tx);
    const count = (wanted: string) => decided.filter(({ type }) => type === wanted).length;
    return { imported: count('imported'), unchanged: count('unchanged'), revised: count('revised') };
  }

  /**
   * Imports sends. A send that is stored with other counts or earnings is revised; weeks that were measured from the old figures
   * are measured again, but if they were learnt from already, the new figures are kept beside the old ones and change no
   * signal. A planned item whose send was `unknown` and that an imported message proves becomes `sent`.
   */
  async importMessages(rows: Rows<MessageRow>, options: ImportOptions = {}): Promise<ImportReport> {
    const creators = await this.ports.creators.list();
    const known = knownCreatorsOf(creators);
    const late = await LateFigures.open(this.ports, creators);
    const unknowns = await this.ports.schedules.unknownSends(creators.map(({ creatorId }) => creatorId));
    const tally = new ImportTally(options);
    const seen = new Set<string>();
    for await (const batch of inBatches<unknown>(rows, BATCH_ROWS, options.signal)) {
      const accepted: Send[] = [];
      for (const raw of batch) {
        const line = tally.next(raw);
        const parsed = parseMessageRow(raw, known);
        if (parsed.type === 'rejected') tally.reject(line, parsed);
        else if (seen.has(parsed.row.messageId)) tally.repeat(line, parsed.row.messageId);
        else {
          seen.add(parsed.row.messageId);
          accepted.push(parsed.row);
        }
      }
      tally.commit(
        await this.ports.unitOfWork.transaction((tx) => this.saveSends(accepted, late, unknowns.length > 0, tx), {
          isRepeatable: true,
        }),
      );
    }
    return tally.report();
  }

  private async saveSends(sends: readonly Send[], late: LateFigures, hasUnknown: boolean, tx: Transaction) {
    const nowMs = this.ports.clock.nowMs();
    const ids = sends.map(({ messageId }) => messageId);
    const stored = new Map((await this.ports.sends.find(ids, tx)).map((send) => [send.messageId, send]));
    const decided = sends.map((after) => {
      const before = stored.get(after.messageId);
      return { before, after, type: reconcileRow(after, before, false).type };
    });
    const of = (wanted: string) => decided.filter(({ type }) => type === wanted);
    await this.ports.sends.insert(
      of('imported').map(({ after }) => after),
      tx,
    );
    await this.ports.sends.revise(
      of('revised').map(({ after }) => after),
      nowMs,
      tx,
    );
    await late.note(
      decided.filter(({ type }) => type !== 'unchanged'),
      nowMs,
      tx,
    );
    const resolvedUnknown = hasUnknown ? await this.resolveUnknown(sends, nowMs, tx) : 0;
    return {
      imported: of('imported').length,
      unchanged: of('unchanged').length,
      revised: of('revised').length,
      resolvedUnknown,
    };
  }

  private async resolveUnknown(sends: readonly Send[], nowMs: number, tx: Transaction): Promise<number> {
    const creatorIds = [...new Set(sends.map(({ creatorId }) => creatorId))];
    const unknowns = await this.ports.schedules.unknownSends(creatorIds, tx);
    let count = 0;
    for (const proof of reconcileUnknown(unknowns, sends)) {
      if (await resolveUnknown(this.ports, proof, nowMs, tx)) count += 1;
    }
    return count;
  }
}
