import fc from 'fast-check';
import { breakerPolicy } from './breaker-policy.js';
import type { BreakerCommand } from './breaker-command.js';
import { lastState, newCircuitBreaker, stateAt, type CircuitBreaker } from './circuit-breaker.js';
import { step } from './decide.js';
import { transitionsOf } from './transition.js';

const policy = breakerPolicy('x', {
  failureThreshold: 2,
  successThreshold: 1,
  cooldownMs: 100,
  cooldownFactor: 3,
  cooldownMaxMs: 500,
});

class Held {
  breaker: CircuitBreaker = newCircuitBreaker(0);
  transitions = 0;

  dispatch(command: BreakerCommand) {
    const { decision, breaker } = step(command, this.breaker, policy);
    const events = decision.type === 'accepted' ? decision.events : [];
    for (const { generation, from, to } of transitionsOf('x', this.breaker, events)) {
      expect(generation).toBe(1 + (this.transitions += 1));
      expect([from, to].every((state) => ['closed', 'open', 'half_open'].includes(state))).toBe(true);
    }
    expect(breaker.generation).toBe(1 + this.transitions);
    this.breaker = breaker;
    return decision;
  }
}

/**
 * What operators and callers see. It keeps a stop-watch for the open time, which stands still under a hold; the breaker
 * keeps instants.
 */
class Onlooker {
  nowMs = 0;
  phase: 'closed' | 'open' | 'trying' = 'closed';
  failuresInARow = 0;
  openLeftMs = 0;
  reopenings = 0;
  permits = 0;
  holds: { by: string; as: 'open' | 'closed'; endsMs: number }[] = [];

  open() {
    this.phase = 'open';
    this.openLeftMs = [100, 300, 500][Math.min(this.reopenings, 2)] ?? 0;
  }

  /** One millisecond after the other: what ends first comes first. */
  wait(ms: number) {
    for (let i = 0; i < ms; i += 1) {
      if (this.holds.length === 0 && this.phase === 'open') this.openLeftMs -= 1;
      this.nowMs += 1;
      this.holds = this.holds.filter(({ endsMs }) => endsMs > this.nowMs);
    }
  }

  state(): string {
    const order = this.holds.at(-1);
    if (order) return order.as;
    if (this.phase === 'open') return this.openLeftMs > 0 ? 'open' : 'half_open';
    return this.phase === 'trying' ? 'half_open' : 'closed';
  }
}

abstract class Step implements fc.Command<Onlooker, Held> {
  check = () => true;
  abstract act(seen: Onlooker, held: Held): void;
  abstract toString(): string;

  run(seen: Onlooker, held: Held) {
    this.act(seen, held);
    expect(stateAt(held.breaker, seen.nowMs)).toBe(seen.state());
    if (held.breaker.held && seen.holds.length > 0) expect(held.breaker.held.holds.length).toBeGreaterThan(0);
  }
}

class Wait extends Step {
  constructor(private readonly ms: number) {
    super();
  }
  act = (seen: Onlooker) => seen.wait(this.ms);
  toString = () => `wait ${this.ms} ms`;
}

/** A call that goes out, if it may, and comes back at once. */
class Call extends Step {
  constructor(private readonly outcome: 'success' | 'failure') {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const { nowMs: atMs } = seen;
    const permitId = `permit ${(seen.permits += 1)}`;
    const before = seen.state();
    const decision = held.dispatch({ type: 'admit', permitId, atMs });
    if (before === 'open') {
      expect(decision.type).toBe(seen.holds.length > 0 ? 'held' : 'refused');
      if (decision.type === 'refused') expect(decision.retryAfterMs).toBe(seen.openLeftMs);
      return;
    }
    expect(decision.type).toBe('accepted');
    const isTrial = before === 'half_open';
    if (isTrial) seen.phase = 'trying';
    const { generation } = held.breaker;
    const ticket = isTrial ? { generation, permitId } : { generation };
    held.dispatch({ type: 'settle', outcome: this.outcome, ticket, atMs });
    if (seen.holds.length > 0) return;
    if (this.outcome === 'success') {
      seen.failuresInARow = 0;
      if (isTrial) [seen.phase, seen.reopenings] = ['closed', 0];
      return;
    }
    seen.failuresInARow += 1;
    if (isTrial) seen.reopenings += 1;
    if (isTrial || seen.failuresInARow === 2) seen.open();
  }
  toString = () => `call, ${this.outcome}`;
}

class LayHold extends Step {
  constructor(
    private readonly by: string,
    private readonly as: 'open' | 'closed',
    private readonly forMs: number | undefined,
  ) {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const { by, as, forMs } = this;
    const until = forMs === undefined ? {} : { untilMs: seen.nowMs + forMs };
    const before = held.breaker;
    const decision = held.dispatch({ type: 'hold', as, by, reason: 'a test', ...until, atMs: seen.nowMs });
    if (forMs !== undefined && forMs <= 0) {
      // It was on its way for longer than it was meant to last.
      expect(decision).toEqual({ type: 'hold_over' });
      expect(held.breaker).toBe(before);
      return;
    }
    seen.holds = seen.holds.filter((hold) => hold.by !== by);
    seen.holds.push({ by, as, endsMs: seen.nowMs + (forMs ?? Infinity) });
    expect(lastState(held.breaker)).toBe(as);
  }
  toString = () => `${this.by} holds it ${this.as} for ${this.forMs ?? 'ever'}`;
}

class Release extends Step {
  constructor(private readonly by: string) {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const decision = held.dispatch({ type: 'release', by: this.by, reason: 'a test', atMs: seen.nowMs });
    expect(decision.type).toBe(seen.holds.length > 0 ? 'accepted' : 'not_held');
    const isOwner = seen.holds.some(({ by }) => by === this.by);
    seen.holds = isOwner ? seen.holds.filter(({ by }) => by !== this.by) : seen.holds.slice(0, -1);
  }
  toString = () => `${this.by} releases`;
}

class Reset extends Step {
  act(seen: Onlooker, held: Held) {
    held.dispatch({ type: 'reset', by: 'ana', reason: 'a test', atMs: seen.nowMs });
    [seen.phase, seen.failuresInARow, seen.reopenings] = ['closed', 0, 0];
    expect(held.breaker).toMatchObject({ failureCount: 0, successCount: 0 });
  }
  toString = () => 'reset';
}

describe('holds, releases and resets, among calls and growing open times', () => {
  it('leave the breaker as an onlooker expects it: as ordered, then as it was', () => {
    const who = fc.constantFrom('ana', 'ben', 'cleo');
    const steps = fc.commands(
      [
        fc.constantFrom(0, 1, 50, 99, 100, 300).map((ms) => new Wait(ms)),
        fc.constant(new Call('success')),
        fc.constant(new Call('failure')),
        fc.constant(new Call('failure')),
        fc
          .tuple(
            who,
            fc.constantFrom('open' as const, 'closed' as const),
            fc.constantFrom(undefined, -40, 0, 1, 50, 100),
          )
          .map((given) => new LayHold(...given)),
        who.map((by) => new Release(by)),
        fc.constant(new Reset()),
      ],
      { maxCommands: 40, size: '+1' },
    );
    const property = fc.property(steps, (script) =>
      fc.modelRun(() => ({ model: new Onlooker(), real: new Held() }), script),
    );
    fc.assert(property, { numRuns: 1_000 });
  });
});
