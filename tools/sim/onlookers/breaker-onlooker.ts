import { breakerStateAt, livePermits, type CircuitBreaker, type UntimedBreakerCommand } from '@eros/domain';
import type { Author } from '../connection.js';
import type { Onlooker, World } from '../world.js';

interface Row {
  readonly name: string;
  readonly breaker: CircuitBreaker;
}

const MOVES: Readonly<Record<CircuitBreaker['state'], readonly string[]>> = {
  closed: ['open'],
  open: ['half_open'],
  half_open: ['closed', 'open'],
};

/** A permit, and whether a trial went out on it. It lasts until its end, though the breaker may move on meanwhile. */
interface Granted {
  readonly name: string;
  readonly node: string;
  readonly untilMs: number;
  isUsed: boolean;
}

/** Sees to it that breakers move only as they may, and that late results move nothing. */
export class BreakerOnlooker implements Onlooker {
  private readonly known = new Map<string, CircuitBreaker>();
  private readonly granted = new Map<string, Granted>();

  constructor(private readonly world: World) {}

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
    const facts = [name, 'was', before, 'is', breaker, 'by', author?.process.node, commandIn(author)];
    const was = before ?? { state: 'closed' as const, generation: 1 };
    const limit = world.outside.breakerPolicy.probeLimit ?? 1;
    const permits = livePermits(breaker, world.time.nowMs);
    world.demand(permits.length <= limit, 'no more permits are out than the policy allows', ...facts);
    for (const { id, untilMs } of permits) {
      if (!this.granted.has(id))
        this.granted.set(id, { name, node: author?.process.node ?? '', untilMs, isUsed: false });
    }

    const moved = breaker.generation - was.generation;
    if (moved === 0) world.demand(breaker.state === was.state, 'a change of state is a new generation', ...facts);
    // A failure that is reported without a call, after the open time, half-opens a breaker and opens it again at once.
    else if (moved === 1) world.demand(MOVES[was.state].includes(breaker.state), 'a breaker moves as it may', ...facts);
    else world.demand(moved === 2 && was.state === 'open', 'generations grow by one', ...facts);

    const command = commandIn(author);
    if (command?.type !== 'settle' || !command.ticket || !before) return;
    const { generation, permitId } = command.ticket;
    const isLate =
      generation !== before.generation ||
      (before.state === 'half_open' && !livePermits(before, world.time.nowMs).some(({ id }) => id === permitId));
    world.demand(!isLate, 'a late result moves nothing', ...facts);
  }
}

function commandIn(author: Author | undefined): UntimedBreakerCommand | undefined {
  const dispatch = author?.requests.findLast(({ name }) => name === 'breakers.dispatch');
  return dispatch?.args[1] as UntimedBreakerCommand | undefined;
}
