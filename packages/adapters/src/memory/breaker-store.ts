import {
  BREAKERS_CHANGED,
  breakerHealth,
  CALL_SLICE_MS,
  CALL_SLICES_KEPT_MS,
  eventsOf,
  newCircuitBreaker,
  RECENT_MS,
  stepBreaker,
  TRANSITIONS_GIVEN,
  TRANSITIONS_KEPT,
  transitionsOf,
  type BreakerAnswer,
  type BreakerHealth,
  type BreakerPolicy,
  type BreakerReading,
  type BreakerReadings,
  type BreakerStore,
  type BreakerTransition,
  type ReadableBreakers,
  type CircuitBreaker,
  type FlushedCalls,
  type HistoryQuery,
  type RecentCalls,
  type Transaction,
  type UntimedBreakerCommand,
} from '@eros/domain';
import type { MemoryDatabase, MemorySession } from './memory-database.js';

interface NamedBreaker {
  readonly name: string;
  readonly breaker: CircuitBreaker;
}
interface Slice extends RecentCalls {
  readonly name: string;
  readonly startMs: number;
}

interface NamedHistory {
  readonly name: string;
  readonly transitions: readonly BreakerTransition[];
}

const breakersIn = (session: MemorySession) => session.table<NamedBreaker>('circuit_breakers');
const historiesIn = (session: MemorySession) => session.table<NamedHistory>('circuit_breaker_transitions');
const slicesIn = (session: MemorySession) => session.table<Slice>('circuit_breaker_calls');
const sliceKey = ({ name, startMs }: { name: string; startMs: number }): string => `${startMs} ${name}`;

export class MemoryBreakerStore implements BreakerStore {
  constructor(private readonly database: MemoryDatabase) {}

  async read(name: string, tx?: Transaction): Promise<BreakerReading> {
    const atMs = await this.database.nowMs(tx);
    return { breaker: breakersIn(this.database.on(tx)).get(name)?.breaker, atMs };
  }

  async readAll(tx?: Transaction): Promise<BreakerReadings> {
    const atMs = await this.database.nowMs(tx);
    const rows = breakersIn(this.database.on(tx)).values();
    return { breakers: new Map(rows.map(({ name, breaker }) => [name, breaker])), unreadable: [], atMs };
  }

  async dispatch(
    name: string,
    command: UntimedBreakerCommand,
    policy: BreakerPolicy,
    tx?: Transaction,
  ): Promise<BreakerAnswer> {
    return this.writing(tx, async (session, atMs, own) => {
      const stored = breakersIn(session).get(name)?.breaker ?? newCircuitBreaker(atMs);
      const taken = stepBreaker({ ...command, atMs }, stored, policy);
      const events = eventsOf(taken.decision);
      if (events.length > 0) breakersIn(session).set(name, { name, breaker: taken.breaker });
      const transitions = transitionsOf(name, stored, events, command.node);
      await this.addToHistory(session, own, transitions);
      return { ...taken, atMs, transitions };
    });
  }

  async history(name: string, query: HistoryQuery = {}, tx?: Transaction): Promise<BreakerTransition[]> {
    const { afterGeneration = 0, limit = TRANSITIONS_GIVEN } = query;
    const { transitions = [] } = historiesIn(this.database.on(tx)).get(name) ?? {};
    return transitions.filter(({ generation }) => generation > afterGeneration).slice(-limit);
  }

  async flushCalls(
    name: string,
    calls: FlushedCalls,
    policy: BreakerPolicy,
    tx?: Transaction,
  ): Promise<BreakerReading> {
    const { closed, successes, failures } = calls;
    return this.writing(tx, async (session, atMs, own) => {
      const before = breakersIn(session).get(name)?.breaker ?? newCircuitBreaker(atMs);
      const taken = closed && stepBreaker({ type: 'count_successes', ...closed, atMs }, before, policy);
      const breaker = taken?.breaker ?? before;
      breakersIn(session).set(name, { name, breaker });
      if (taken) await this.addToHistory(session, own, transitionsOf(name, before, eventsOf(taken.decision)));
      const slices = slicesIn(session);
      const at = { name, startMs: atMs - (atMs % CALL_SLICE_MS) };
      const sum = slices.get(sliceKey(at)) ?? { successes: 0, failures: 0 };
      slices.set(sliceKey(at), { ...at, successes: sum.successes + successes, failures: sum.failures + failures });
      for (const slice of slices.values()) {
        if (slice.name === name && slice.startMs < atMs - CALL_SLICES_KEPT_MS) slices.delete(sliceKey(slice));
      }
      return { breaker, atMs };
    });
  }

  async list(tx?: Transaction): Promise<BreakerHealth[]> {
    const { breakers, atMs } = await this.readAll(tx);
    const slices = slicesIn(this.database.on(tx)).values();
    const recently = (name: string): RecentCalls => {
      const mine = slices.filter((slice) => slice.name === name && slice.startMs >= atMs - RECENT_MS);
      const sumOf = (what: keyof RecentCalls) => mine.reduce((sum, slice) => sum + slice[what], 0);
      return { successes: sumOf('successes'), failures: sumOf('failures') };
    };
    const names = [...breakers].sort(([a], [b]) => (a < b ? -1 : 1));
    return names.map(([name, breaker]) => breakerHealth(name, breaker, recently(name), atMs));
  }

  async listReadable(tx?: Transaction): Promise<ReadableBreakers> {
    return { breakers: await this.list(tx), unreadable: [] };
  }

  private async addToHistory(
    session: MemorySession,
    tx: Transaction,
    added: readonly BreakerTransition[],
  ): Promise<void> {
    const [first] = added;
    if (!first) return;
    const { name } = first;
    const { transitions = [] } = historiesIn(session).get(name) ?? {};
    historiesIn(session).set(name, { name, transitions: [...transitions, ...added].slice(-TRANSITIONS_KEPT) });
    await this.database.changes.publish(BREAKERS_CHANGED, tx);
  }

  private writing<T>(
    tx: Transaction | undefined,
    work: (session: MemorySession, atMs: number, tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const inside = async (own: Transaction) => work(this.database.on(own), await this.database.nowMs(own), own);
    return tx ? inside(tx) : this.database.transaction(inside, { apart: true });
  }
}
