import {
  gapOf,
  parseInstant,
  StaleVersionError,
  type Followup,
  type FollowupStore,
  type StoredFollowup,
  type SuboptimalFollowups,
  type Transaction,
} from '@eros/domain';
import type { MemoryDatabase, MemorySession } from './memory-database.js';

interface FollowupEntry extends StoredFollowup {
  readonly createdAtMs: number;
}

const entriesIn = (session: MemorySession) => session.table<FollowupEntry>('followups');

export class MemoryFollowupStore implements FollowupStore {
  constructor(private readonly database: MemoryDatabase) {}

  async insert(followup: Followup, atMs: number, tx?: Transaction): Promise<number> {
    return this.database.write(tx, (session) => {
      const entries = entriesIn(session);
      const others = entries.values().map((entry) => entry.followup);
      if (others.some((other) => isDouble(other, followup))) {
        throw new StaleVersionError(`the follow-ups of PPV "${followup.parentPpvId}"`, 0);
      }
      const followupId = entries.nextId();
      entries.set(String(followupId), { followupId, followup, createdAtMs: atMs });
      return followupId;
    });
  }

  async insertAll(followups: readonly Followup[], atMs: number, tx: Transaction): Promise<number[]> {
    const ids: number[] = [];
    for (const followup of followups) ids.push(await this.insert(followup, atMs, tx));
    return ids;
  }

  async find(followupId: number, tx?: Transaction): Promise<StoredFollowup | undefined> {
    const entry = entriesIn(this.database.on(tx)).get(String(followupId));
    return entry && stored(entry);
  }

  async ofParent(
    { creatorId, parentPpvId }: { creatorId: string; parentPpvId: string },
    tx?: Transaction,
  ): Promise<StoredFollowup[]> {
    return this.entriesOf(creatorId, tx)
      .filter(({ followup }) => followup.parentPpvId === parentPpvId)
      .map(stored);
  }

  async countOfParents(
    { creatorId, fromMs, untilMs }: { creatorId: string; fromMs: number; untilMs: number },
    tx?: Transaction,
  ): Promise<number> {
    return this.entriesOf(creatorId, tx).filter(
      ({ followup: { status, parentMs } }) => status !== 'cancelled' && parentMs >= fromMs && parentMs < untilMs,
    ).length;
  }

  async close(followupId: number, followup: Followup, tx?: Transaction): Promise<void> {
    await this.database.write(tx, (session) => {
      const entries = entriesIn(session);
      const entry = entries.get(String(followupId));
      if (entry?.followup.status !== 'planned') throw new StaleVersionError(`follow-up ${followupId}`, 1);
      entries.set(String(followupId), { ...entry, followup });
    });
  }

  async suboptimal(
    { since, moreThan }: { since: string; moreThan: number },
    tx?: Transaction,
  ): Promise<SuboptimalFollowups[]> {
    const sinceMs = parseInstant(since) ?? Infinity;
    const recent = entriesIn(this.database.on(tx))
      .values()
      .filter(({ createdAtMs }) => createdAtMs >= sinceMs);
    return [...new Set(recent.map(({ followup }) => followup.creatorId))].sort().flatMap((creatorId) => {
      const gaps = recent.flatMap(({ followup }) => (followup.creatorId === creatorId ? [gapOf(followup)] : []));
      const suboptimalCount = gaps.filter(({ isOptimalWindow }) => !isOptimalWindow).length;
      const avgGapMinutes = gaps.reduce((sum, { gapMinutes }) => sum + gapMinutes, 0) / gaps.length;
      return suboptimalCount > moreThan ? [{ creatorId, avgGapMinutes, suboptimalCount }] : [];
    });
  }

  private entriesOf(creatorId: string, tx?: Transaction): FollowupEntry[] {
    return entriesIn(this.database.on(tx))
      .values()
      .filter(({ followup }) => followup.creatorId === creatorId);
  }
}

const stored = ({ followupId, followup }: FollowupEntry): StoredFollowup => ({ followupId, followup });

/** Of one parent there is one planned follow-up, and none twice at one time. */
function isDouble(other: Followup, followup: Followup): boolean {
  if (other.creatorId !== followup.creatorId || other.parentPpvId !== followup.parentPpvId) return false;
  if (other.status === 'cancelled' || followup.status === 'cancelled') return false;
  const areBothPlanned = other.status === 'planned' && followup.status === 'planned';
  return areBothPlanned || other.followupMs === followup.followupMs;
}
