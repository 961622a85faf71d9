import fc from 'fast-check';
import { breakerPolicy } from './breaker-policy.js';
import { newCircuitBreaker, type CircuitBreaker } from './circuit-breaker.js';
import { step } from './decide.js';

const policy = breakerPolicy('x', { quorum: 3, quorumWindowMs: 1_000, failureThreshold: 2 });

/** What an onlooker knows of a fleet: when each process last found that the breaker should open. */
class Onlooker {
  nowMs = 0;
  foundAtMs = new Map<string, number>();
  hasOpened = false;

  agreeing(): number {
    return [...this.foundAtMs.values()].filter((atMs) => this.nowMs - atMs < policy.quorumWindowMs).length;
  }
}

class Held {
  breaker: CircuitBreaker = newCircuitBreaker(0);
}

class Wait implements fc.Command<Onlooker, Held> {
  constructor(private readonly ms: number) {}
  check = () => true;
  run(seen: Onlooker) {
    seen.nowMs += this.ms;
  }
  toString = () => `wait ${this.ms} ms`;
}

class Failure implements fc.Command<Onlooker, Held> {
  constructor(
    private readonly node: string,
    private readonly isFound: boolean,
  ) {}
  check = ({ hasOpened }: Onlooker) => !hasOpened;
  run(seen: Onlooker, held: Held) {
    const found = this.isFound ? { tripped: 'failures_in_a_row' as const } : {};
    const command = { type: 'settle', outcome: 'failure', node: this.node, ...found, atMs: seen.nowMs } as const;
    held.breaker = step(command, held.breaker, policy).breaker;
    if (this.isFound) seen.foundAtMs.set(this.node, seen.nowMs);
    seen.hasOpened = this.isFound && seen.agreeing() >= policy.quorum;
    expect(held.breaker.state).toBe(seen.hasOpened ? 'open' : 'closed');
  }
  toString = () => `process ${this.node} fails${this.isFound ? ' and would open it' : ''}`;
}

describe('a quorum', () => {
  it('opens for all exactly when so many processes find so within its time', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', '');
    const steps = fc.commands(
      [
        fc.constantFrom(0, 1, 499, 999, 1_000).map((ms) => new Wait(ms)),
        fc.tuple(node, fc.boolean()).map(([who, isFound]) => new Failure(who, isFound)),
        node.map((who) => new Failure(who, true)),
      ],
      { maxCommands: 30, size: '+1' },
    );
    const property = fc.property(steps, (script) =>
      fc.modelRun(() => ({ model: new Onlooker(), real: new Held() }), script),
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it('is one process by default: then the run of the fleet decides, too', () => {
    const one = breakerPolicy('x', { failureThreshold: 2 });
    const failure = { type: 'settle', outcome: 'failure', atMs: 0 } as const;
    const { breaker } = step(failure, step(failure, newCircuitBreaker(0), one).breaker, one);
    expect(breaker.state).toBe('open');
  });

  it('begins anew once the breaker has closed', () => {
    const votes = [
      { node: 'a', atMs: 0 },
      { node: 'b', atMs: 0 },
    ];
    const voted: CircuitBreaker = { ...newCircuitBreaker(0), state: 'closed', runStartedAtMs: undefined, votes };
    const { breaker } = step({ type: 'reset', by: 'ana', reason: 'a test', atMs: 1 }, voted, policy);
    expect(breaker).toMatchObject({ votes: [] });
  });
});
