import {
  isErosError,
  isTerminalStatus,
  type SagaEvent,
  type SagaRecord,
  type SagaStore,
  type ScheduleStore,
  type Transaction,
  type UnitOfWork,
} from '@eros/domain';
import type { FleetFailure, FleetReport } from '../api.js';
import type { Schedule } from '../breaker/schedule.js';
import type { LastingFailures, Saga } from '../sagas/index.js';
import { failureOf } from './plan-fleet.js';
import type { WeekRequest } from './week-request.js';

export interface FleetSagasPorts {
  readonly schedules: Pick<ScheduleStore, 'find'>;
  readonly sagaStore: Pick<SagaStore, 'records' | 'find'>;
  readonly unitOfWork: UnitOfWork;
  readonly schedule: Schedule;
  readonly keepAlive: () => () => void;
  /** Of this process's work on sagas. */
  readonly failures: Pick<LastingFailures, 'forget' | 'assertHopeful'>;
}

export interface FleetWait {
  readonly onProgress?: (progress: { done: number; total: number; failed: number }) => void;
  /** Stops the waiting, not the planning. */
  readonly signal?: AbortSignal;
}

/** A week of many creators in the hands of the workers: of every started engine on the database. */
export interface FleetWork {
  readonly weekStart: string;
  /** Creators asked for. */
  readonly total: number;
  /** Those whose planning was put in line now. */
  readonly enqueued: number;
  /** Those that an earlier call has put in line and that are still to be planned. */
  readonly underWay: number;
  /** Planned before; their stored plan stays. */
  readonly already: readonly string[];
  /**
   * Until the last one is planned, or has failed. It never ends while no engine is started. What is in line when it rejects stays there.
   *
   * @throws {DatabaseUnavailableError} when nothing can be read, or what this process, being started, writes fails for as long as 20 sweeps
   *   take, and two leases, while nothing comes to rest elsewhere: on a full disk, for one.
   */
  wait(options?: FleetWait): Promise<FleetReport>;
}

/** Creators whose sagas are made in one transaction. */
const CHUNK = 100;
/** Sagas looked at in one query. */
const LOOK_AT = 500;
const LOOK_EVERY_MS = 500;
/** Looking takes no more than this part of the time, however large the fleet. */
const LOOKING_PART = 0.1;
/** How often a week is put in line again when the rotation was moved while it was composed: each time somebody else was done. */
const ROUNDS_MAX = 100;

interface InLine {
  readonly creatorId: string;
  readonly round: number;
  readonly isNew: boolean;
}

interface Enqueued {
  readonly inLine: readonly InLine[];
  readonly already: readonly string[];
  readonly failed: readonly FleetFailure[];
}

/**
 * Plans a week of many creators by one saga each, which any worker may take up. A creator's sagas of a week are numbered by
 * round: the next round is made only when the one before has ended and the week is still not there, so that a rerun does
 * what is missing, however often and by however many it is asked for. A round that ends since the rotation was moved under it
 * makes the next one itself.
 */
export class FleetSagas {
  constructor(
    private readonly ports: FleetSagasPorts,
    private readonly planning: Pick<Saga<WeekRequest>, 'start'>,
  ) {}

  async enqueue(weekStart: string, creatorIds: readonly string[], asOfMs: number): Promise<FleetWork> {
    const all = [...new Set(creatorIds)];
    const chunks: Enqueued[] = [];
    for (let from = 0; from < all.length; from += CHUNK) {
      chunks.push(await this.enqueueChunk(weekStart, all.slice(from, from + CHUNK), asOfMs));
    }
    const inLine = chunks.flatMap((chunk) => chunk.inLine);
    const already = chunks.flatMap((chunk) => chunk.already).sort();
    const failed = chunks.flatMap((chunk) => chunk.failed);
    const enqueued = inLine.filter(({ isNew }) => isNew).length;
    return {
      ...{ weekStart, total: all.length, enqueued, underWay: inLine.length - enqueued, already },
      wait: (options = {}) => this.wait({ weekStart, total: all.length, already, failed }, inLine, options),
    };
  }

  private enqueueChunk(weekStart: string, creatorIds: readonly string[], asOfMs: number): Promise<Enqueued> {
    const work = async (tx: Transaction): Promise<Enqueued> => {
      const already: string[] = [];
      const missing: string[] = [];
      for (const creatorId of creatorIds) {
        const isStored = (await this.ports.schedules.find(creatorId, weekStart, tx)) !== undefined;
        (isStored ? already : missing).push(creatorId);
      }
      const inLine: InLine[] = [];
      const failed: FleetFailure[] = [];
      for (const place of await this.places(weekStart, missing, tx)) {
        try {
          if (place.isNew) await this.start(weekStart, place, asOfMs, tx);
          inLine.push(place);
        } catch (error) {
          if (!isErosError(error, 'unknown_creator')) throw error;
          failed.push({ creatorId: place.creatorId, ...failureOf(error) });
        }
      }
      return { inLine, already, failed };
    };
    return this.ports.unitOfWork.transaction(work, { isRepeatable: true });
  }

  /**
   * Puts a week in line again that another plan, or a draw, has moved the rotation under. Twice is once.
   *
   * @throws {UnknownCreatorError}
   */
  async putInLineAgain({ creatorId, weekStart, asOfMs, inLine }: WeekRequest): Promise<void> {
    const round = (inLine?.round ?? 0) + 1;
    if (round > ROUNDS_MAX) return;
    const place = { creatorId, round, isNew: true };
    await this.ports.unitOfWork.transaction((tx) => this.start(weekStart, place, asOfMs, tx), { isRepeatable: true });
  }

  /** For each creator the round that is under way, or the next one. */
  private async places(weekStart: string, creatorIds: readonly string[], tx: Transaction): Promise<InLine[]> {
    const found: InLine[] = [];
    let open = creatorIds;
    for (let round = 1; open.length > 0; round += 1) {
      const ids = new Map(open.map((creatorId) => [sagaIdOf(weekStart, creatorId, round), creatorId]));
      const records = new Map(
        (await this.ports.sagaStore.records({ sagaIds: [...ids.keys()] }, tx)).map((each) => [each.sagaId, each]),
      );
      const ended: string[] = [];
      for (const [sagaId, creatorId] of ids) {
        const record = records.get(sagaId);
        if (record && isTerminalStatus(record.status)) ended.push(creatorId);
        else found.push({ creatorId, round, isNew: record === undefined });
      }
      open = ended;
    }
    return found;
  }

  private async start(weekStart: string, { creatorId, round }: InLine, asOfMs: number, tx: Transaction): Promise<void> {
    const input: WeekRequest = { creatorId, weekStart, asOfMs, inLine: { round } };
    const sagaId = sagaIdOf(weekStart, creatorId, round);
    try {
      await this.planning.start({ sagaId, creatorId, input, transaction: tx });
    } catch (error) {
      // Somebody else was a moment faster, with another instant.
      if (!isErosError(error, 'saga_exists')) throw error;
    }
  }

  private async wait(
    begun: Pick<FleetReport, 'weekStart' | 'total' | 'already' | 'failed'>,
    inLine: readonly InLine[],
    { onProgress, signal }: FleetWait,
  ): Promise<FleetReport> {
    const { weekStart, total, already } = begun;
    const pending = new Map(inLine.map((each) => [sagaIdOf(weekStart, each.creatorId, each.round), each]));
    const planned: string[] = [];
    const failed = [...begun.failed];
    const tell = (): void => onProgress?.({ done: total - pending.size, total, failed: failed.length });
    const release = this.ports.keepAlive();
    this.ports.failures.forget();
    try {
      tell();
      while (pending.size > 0 && !signal?.aborted) {
        const startMs = performance.now();
        for (const record of await this.atRest([...pending.keys()])) {
          const { creatorId, round } = pending.get(record.sagaId) as InLine;
          pending.delete(record.sagaId);
          this.ports.failures.forget();
          if (record.status === 'completed') planned.push(creatorId);
          else {
            const failure = await this.failureOf(record);
            const next = { creatorId, round: round + 1, isNew: false };
            const nextId = sagaIdOf(weekStart, creatorId, next.round);
            if (failure.code === 'stale_version' && (await this.exists(nextId))) pending.set(nextId, next);
            else failed.push({ creatorId, ...failure });
          }
        }
        tell();
        if (pending.size > 0) this.ports.failures.assertHopeful();
        const tookMs = performance.now() - startMs;
        if (pending.size > 0) await this.pause(Math.max(LOOK_EVERY_MS, tookMs / LOOKING_PART), signal);
      }
    } finally {
      release();
    }
    failed.sort((a, b) => (a.creatorId < b.creatorId ? -1 : 1));
    return { weekStart, total, planned: planned.sort(), already, failed };
  }

  private async exists(sagaId: string): Promise<boolean> {
    return (await this.ports.sagaStore.records({ sagaIds: [sagaId] })).length > 0;
  }

  /** Those that need no more waiting for. */
  private async atRest(sagaIds: readonly string[]): Promise<SagaRecord[]> {
    const found: SagaRecord[] = [];
    for (let from = 0; from < sagaIds.length; from += LOOK_AT) {
      const page = sagaIds.slice(from, from + LOOK_AT);
      found.push(...(await this.ports.sagaStore.records({ sagaIds: page, atRest: true })));
    }
    return found;
  }

  private async failureOf({ sagaId, errorMessage, stuck }: SagaRecord): Promise<Omit<FleetFailure, 'creatorId'>> {
    const saga = await this.ports.sagaStore.find(sagaId);
    const problem = saga?.journal.findLast(isStepFailure)?.problem;
    const message = problem?.message ?? errorMessage ?? 'unknown';
    if (stuck) {
      const advice = `its saga waits for an operator: see \`eros sagas show ${sagaId}\``;
      return { code: 'saga_failed', message: `${message}; ${advice}` };
    }
    return { code: problem?.code ?? 'unexpected', message };
  }

  private pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const goOn = (): void => {
        cancel();
        signal?.removeEventListener('abort', goOn);
        resolve();
      };
      const cancel = this.ports.schedule(goOn, ms);
      signal?.addEventListener('abort', goOn, { once: true });
    });
  }
}

const sagaIdOf = (weekStart: string, creatorId: string, round: number): string =>
  `fleet:${weekStart}:${creatorId}:${round}`;

type StepFailure = Extract<SagaEvent, { type: 'step_failed' }>;
const isStepFailure = (event: SagaEvent): event is StepFailure => event.type === 'step_failed';
