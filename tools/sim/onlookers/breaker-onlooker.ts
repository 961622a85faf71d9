import { breakerStateAt, livePermits, type CircuitBreaker, type UntimedBreakerCommand } from '@eros/domain';
import type { Author } from '../connection.js';
import type { Onlooker, World } from '../world.js';
import { hasEndedHold, holdsInForce, isSame, type BreakerChange, type Demand } from './breaker-change.js';
import { checkHolds } from './breaker-holds.js';
import { checkMoves } from './breaker-moves.js';
import { BreakerNews } from './breaker-news.js';
import { BreakerOpenings } from './breaker-openings.js';

interface Row {
  readonly name: string;
  readonly breaker: CircuitBreaker;
}

/** A permit, and whether a trial went out on it. It lasts until its end, though the breaker may move on meanwhile. */
interface Granted {
  readonly name: string;
  readonly node: string;
  readonly untilMs: number;
  isUsed: boolean;
}

/** Sees to it that breakers do what their policies, their calls and their operators say, and that late results move nothing. */
export class BreakerOnlooker implements Onlooker {
  private readonly known = new Map<string, CircuitBreaker>();
  private readonly granted = new Map<string, Granted>();

  readonly news: BreakerNews;
  readonly openings: BreakerOpenings;

  constructor(private readonly world: World) {
    this.news = new BreakerNews(world);
    this.openings = new BreakerOpenings((name) => world.outside.policyOf(name));
  }

  onCommit(changed: readonly string[], author: Author | undefined): void {
    if (!changed.includes('circuit_breakers')) return;
    for (const { name, breaker } of this.world.database.on().table<Row>('circuit_breakers').values()) {
      const before = this.known.get(name);
      if (before === breaker) continue;
      this.known.set(name, breaker);
      this.changed(name, before, breaker, author);
    }
  }

  breaker(name: string): CircuitBreaker | undefined {
    return this.known.get(name);
  }

  /** The state by the database's clock. */
  stateOf(name: string): string {
    const breaker = this.known.get(name);
    return breaker ? breakerStateAt(breaker, this.world.time.nowMs) : 'closed';
  }

  /** Whether an operator's order is in force, by the database's clock. */
  isHeld(name: string): boolean {
    return holdsInForce(this.known.get(name), this.world.time.nowMs).length > 0;
  }

  /** A trial call goes out: on a permit of this process that nobody has used. */
  trial(name: string, node: string): void {
    const { nowMs } = this.world.time;
    const mine = [...this.granted.values()].find(
      (each) => each.name === name && each.node === node && !each.isUsed && nowMs < each.untilMs,
    );
    if (mine) mine.isUsed = true;
    this.world.demand(mine !== undefined, 'a trial goes out on a permit of its own', name, node, this.known.get(name));
  }

  private changed(
    name: string,
    before: CircuitBreaker | undefined,
    breaker: CircuitBreaker,
    author: Author | undefined,
  ): void {
    const { world } = this;
    const command = commandIn(author);
    const node = author?.process.node ?? '';
    const change: BreakerChange = { name, before, breaker, command, node, nowMs: world.time.nowMs };
    const demand: Demand = (holds, invariant) =>
      world.demand(holds, invariant, name, 'was', before, 'is', breaker, 'by', node, command);
    this.checkPermits(change, demand);
    checkMoves(change, demand);
    checkHolds(change, demand);
    this.openings.check(change, demand);
    this.news.recorded(name, before, breaker);
    checkLateness(change, demand);
  }

  private checkPermits({ name, breaker, node, nowMs }: BreakerChange, demand: Demand): void {
    const permits = livePermits(breaker, nowMs);
    const limit = this.world.outside.policyOf(name).probeLimit;
    demand(permits.length <= limit, 'no more permits are out than the policy allows');
    for (const { id, untilMs } of permits) {
      if (!this.granted.has(id)) this.granted.set(id, { name, node, untilMs, isUsed: false });
    }
  }
}

/** A late result moves nothing. A hold that has ended by its time is taken away by anybody. */
function checkLateness({ before, breaker, command, nowMs }: BreakerChange, demand: Demand): void {
  if (command?.type !== 'settle' || !command.ticket || !before) return;
  const present = before.generation + (hasEndedHold(before, nowMs) ? 1 : 0);
  const { generation, permitId } = command.ticket;
  const isLate =
    generation !== present ||
    (before.state === 'half_open' && !livePermits(before, nowMs).some(({ id }) => id === permitId));
  const isUnmoved = present > before.generation && breaker.generation === present && isSame(before, breaker);
  demand(!isLate || isUnmoved, 'a late result moves nothing');
}

function commandIn(author: Author | undefined): UntimedBreakerCommand | undefined {
  const dispatch = author?.requests.findLast(({ name }) => name === 'breakers.dispatch');
  return dispatch?.args[1] as UntimedBreakerCommand | undefined;
}
