import { isErosError, readThrown, textOfThrown, type Logger } from '@eros/domain';
import type { FleetFailure, FleetReport } from '../api.js';

export interface FleetRequest {
  readonly weekStart: string;
  readonly creatorIds: readonly string[];
  readonly onProgress?: (progress: { done: number; total: number; failed: number }) => void;
  readonly signal?: AbortSignal;
}

/** Weeks planned at the same time; each spends most of its time waiting for the database. */
const AT_ONCE = 4;
/** What fails one creator's plan in these ways fails them all: the call itself is wrong. */
const WHOLE_FLEET: readonly string[] = ['engine_closed', 'nested_transaction'];

/**
 * Plans one week for many creators. Whatever one creator's plan fails by is in the report, and does not stop the others.
 *
 * @param planOne plans a creator's week and tells whether it is new.
 */
export async function planFleet(
  { weekStart, creatorIds, onProgress, signal }: FleetRequest,
  planOne: (creatorId: string) => Promise<{ isNew: boolean }>,
  logger: Logger,
): Promise<FleetReport> {
  const planned: string[] = [];
  const already: string[] = [];
  const failed: FleetFailure[] = [];
  const queue = [...new Set(creatorIds)];
  const total = queue.length;
  let broken: { readonly error: unknown } | undefined;
  const plan = async (creatorId: string): Promise<void> => {
    try {
      const { isNew } = await planOne(creatorId);
      (isNew ? planned : already).push(creatorId);
    } catch (error) {
      if (isErosError(error) && WHOLE_FLEET.includes(error.code)) throw error;
      logger.warn({ creatorId, weekStart, error }, 'a week of a fleet could not be planned');
      failed.push({ creatorId, ...failureOf(error) });
    }
    onProgress?.({ done: planned.length + already.length + failed.length, total, failed: failed.length });
  };
  const work = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined && !signal?.aborted && !broken; id = queue.shift()) {
      await plan(id).catch((error: unknown) => (broken ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (broken) throw broken.error;
  failed.sort((a, b) => (a.creatorId < b.creatorId ? -1 : 1));
  return { weekStart, total, planned: planned.sort(), already: already.sort(), failed };
}

/** Errors that are none of ours have no code. */
export function failureOf(error: unknown): Omit<FleetFailure, 'creatorId'> {
  const message = readThrown(error, 'message') ?? error;
  return { code: isErosError(error) ? error.code : 'unexpected', message: textOfThrown(message) };
}
