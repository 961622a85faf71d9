import fc from 'fast-check';
import type { BreakerCommand, CallOutcome, Ticket } from './breaker-command.js';
import { DEFAULT_BREAKER_POLICY } from './breaker-policy.js';
import { livePermits, newCircuitBreaker, stateAt, type CircuitBreaker } from './circuit-breaker.js';
import { step } from './decide.js';

const policy = {
  ...DEFAULT_BREAKER_POLICY,
  failureThreshold: 3,
  cooldownMs: 1_000,
  successThreshold: 2,
  probeLimit: 2,
  probeTimeoutMs: 400,
};

/** `expect(...).toBe(...)`, asked only when it would fail: the properties compare a million times. */
function same<T>(actual: T, expected: T): void {
  if (!Object.is(actual, expected)) expect(actual).toBe(expected);
}

/** The breaker under test, and what its callers hold. */
class Held {
  breaker: CircuitBreaker = newCircuitBreaker(0);

  dispatch(command: BreakerCommand) {
    const taken = step(command, this.breaker, policy);
    this.breaker = taken.breaker;
    return taken.decision;
  }
}

/** A call that an onlooker saw go out. It remembers the era it went out in; the ticket is the breaker's and told to it only. */
interface CallOut {
  readonly era: number;
  readonly process: number;
  readonly ticket: Ticket;
  /** For a trial call. */
  readonly untilMs?: number;
}

/** One process, as far as it decides what it tells. */
interface Teller {
  /** Its last outcome was a failure: it tells its next success at once. */
  hasFailed: boolean;
  /** Successes it has not told, of calls let out in one era. */
  untold: { era: number; generation: number; count: number; lastMs: number } | undefined;
}

/**
 * What can be told from outside, from the rules alone: it counts eras itself, keeps the outcomes of the present run as a
 * list, and never looks into the breaker.
 */
class Onlooker {
  nowMs = 0;
  era = 0;
  phase: 'closed' | 'open' | 'half_open' = 'closed';
  failuresAtMs: number[] = [];
  openUntilMs = 0;
  successesInARow = 0;
  callsOut: CallOut[] = [];
  permits = 0;
  tellers: Teller[] = [0, 1, 2].map(() => ({ hasFailed: false, untold: undefined }));

  enter(phase: 'closed' | 'open' | 'half_open') {
    this.phase = phase;
    this.era += 1;
    this.failuresAtMs = [];
    this.successesInARow = 0;
    if (phase === 'open') this.openUntilMs = this.nowMs + policy.cooldownMs;
  }

  trialsOut(): CallOut[] {
    return this.callsOut.filter(
      ({ era, untilMs }) => era === this.era && untilMs !== undefined && untilMs > this.nowMs,
    );
  }

  waitMs(): number {
    if (this.phase === 'open') return Math.max(0, this.openUntilMs - this.nowMs);
    if (this.phase === 'closed' || this.trialsOut().length < policy.probeLimit) return 0;
    return Math.min(...this.trialsOut().map(({ untilMs = 0 }) => untilMs)) - this.nowMs;
  }

  failure(ownSuccessAtMs: number | undefined) {
    if (this.phase === 'half_open') return this.enter('open');
    const [firstMs = Infinity] = this.failuresAtMs;
    if (ownSuccessAtMs !== undefined && ownSuccessAtMs > firstMs) this.failuresAtMs = [];
    this.failuresAtMs.push(this.nowMs);
    if (this.failuresAtMs.length === policy.failureThreshold) this.enter('open');
  }

  success() {
    this.failuresAtMs = [];
    if (this.phase !== 'half_open') return;
    this.successesInARow += 1;
    if (this.successesInARow === policy.successThreshold) this.enter('closed');
  }

  /** What both must agree on after every step. */
  agree({ breaker }: Held) {
    const isDue = this.phase === 'open' && this.nowMs >= this.openUntilMs;
    same(stateAt(breaker, this.nowMs), isDue ? 'half_open' : this.phase);
    if (this.phase === 'closed') same(breaker.failureCount, this.failuresAtMs.length);
    same(livePermits(breaker, this.nowMs).length, this.phase === 'half_open' ? this.trialsOut().length : 0);
    same(this.trialsOut().length <= policy.probeLimit, true);
  }
}

abstract class Step implements fc.Command<Onlooker, Held> {
  check = () => true;
  abstract act(seen: Onlooker, held: Held): void;
  abstract toString(): string;

  run(seen: Onlooker, held: Held) {
    this.act(seen, held);
    seen.agree(held);
  }
}

class Wait extends Step {
  constructor(private readonly ms: number) {
    super();
  }
  act(seen: Onlooker) {
    seen.nowMs += this.ms;
  }
  toString = () => `wait ${this.ms} ms`;
}

class Call extends Step {
  constructor(private readonly process: number) {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const waitMs = seen.waitMs();
    const permitId = `permit ${(seen.permits += 1)}`;
    const decision = held.dispatch({ type: 'admit', permitId, atMs: seen.nowMs });
    if (waitMs > 0) {
      expect(decision).toEqual({ type: 'refused', retryAfterMs: waitMs });
      return;
    }
    same(decision.type, 'accepted');
    if (seen.phase === 'open') seen.enter('half_open');
    const { era, process, nowMs } = { ...seen, process: this.process };
    const { generation } = held.breaker;
    if (seen.phase === 'closed') seen.callsOut.push({ era, process, ticket: { generation } });
    else seen.callsOut.push({ era, process, ticket: { generation, permitId }, untilMs: nowMs + policy.probeTimeoutMs });
  }
  toString = () => `process ${this.process} calls`;
}

class Answer extends Step {
  constructor(
    private readonly pick: number,
    private readonly outcome: CallOutcome,
  ) {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const [call] = seen.callsOut.splice(this.pick % Math.max(1, seen.callsOut.length), 1);
    const teller = call && seen.tellers[call.process];
    if (!call || !teller) return;
    const { ticket, era, untilMs } = call;
    const isLate = era !== seen.era || (untilMs !== undefined && untilMs <= seen.nowMs);
    const isTrial = untilMs !== undefined;

    if (this.outcome === 'success' && !isTrial && !teller.hasFailed) {
      const count = teller.untold?.era === era ? teller.untold.count + 1 : 1;
      teller.untold = { era, generation: ticket.generation, count, lastMs: seen.nowMs };
      return;
    }
    const ownSuccessAtMs = this.outcome === 'failure' ? teller.untold?.lastMs : undefined;
    const since = ownSuccessAtMs === undefined ? {} : { sinceOwnSuccessMs: seen.nowMs - ownSuccessAtMs };
    held.dispatch({ type: 'settle', outcome: this.outcome, ticket, ...since, atMs: seen.nowMs });
    if (this.outcome === 'failure') teller.untold = undefined;
    if (this.outcome !== 'neither') teller.hasFailed = this.outcome === 'failure';
    if (isLate || this.outcome === 'neither') return;
    if (this.outcome === 'failure') seen.failure(ownSuccessAtMs);
    else seen.success();
  }
  toString = () => `call #${this.pick} comes back: ${this.outcome}`;
}

class Flush extends Step {
  constructor(private readonly process: number) {
    super();
  }
  act(seen: Onlooker, held: Held) {
    const teller = seen.tellers[this.process];
    if (!teller?.untold) return;
    const { era, generation, count, lastMs } = teller.untold;
    const sinceLastMs = seen.nowMs - lastMs;
    held.dispatch({ type: 'count_successes', generation, count, sinceLastMs, atMs: seen.nowMs });
    teller.untold = undefined;
    const [firstMs = -Infinity] = seen.failuresAtMs;
    if (era === seen.era && lastMs > firstMs) seen.success();
  }
  toString = () => `process ${this.process} flushes`;
}

/** A report without a call: `recordSuccess`, `recordFailure`. */
class Report extends Step {
  constructor(private readonly outcome: 'success' | 'failure') {
    super();
  }
  act(seen: Onlooker, held: Held) {
    held.dispatch({ type: 'settle', outcome: this.outcome, atMs: seen.nowMs });
    if (seen.phase === 'open' && seen.waitMs() > 0) return;
    if (seen.phase === 'open') seen.enter('half_open');
    if (this.outcome === 'failure') seen.failure(undefined);
    else seen.success();
  }
  toString = () => `${this.outcome} reported`;
}

describe('what the breaker does, over any calls of any processes', () => {
  const process = fc.nat({ max: 2 });
  const steps = fc.commands(
    [
      fc.constantFrom(0, 1, 399, 400, 999, 1_000).map((ms) => new Wait(ms)), // both sides of each limit
      process.map((who) => new Call(who)),
      process.map((who) => new Call(who)),
      fc
        .tuple(fc.nat({ max: 9 }), fc.constantFrom<CallOutcome>('success', 'failure', 'failure', 'neither'))
        .map(([pick, outcome]) => new Answer(pick, outcome)),
      fc.nat({ max: 9 }).map((pick) => new Answer(pick, 'failure')),
      process.map((who) => new Flush(who)),
      fc.constantFrom('success' as const, 'failure' as const).map((outcome) => new Report(outcome)),
    ],
    { maxCommands: 40, size: '+1' },
  );

  it('lets calls out, opens and closes exactly when an onlooker expects it to', () => {
    const property = fc.property(steps, (script) =>
      fc.modelRun(() => ({ model: new Onlooker(), real: new Held() }), script),
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('counts no call twice and no generation twice', () => {
    const property = fc.property(steps, (script) => {
      const held = new Held();
      let { generation } = held.breaker;
      const dispatch = held.dispatch.bind(held);
      held.dispatch = (command) => {
        const { state } = held.breaker;
        const decision = dispatch(command);
        const moves =
          decision.type === 'accepted' ? decision.events.filter(({ type }) => /opened|closed/.test(type)) : [];
        same(held.breaker.generation, generation + moves.length);
        if (moves.length === 0) same(held.breaker.state, state);
        same(held.breaker.failureCount === 0 || held.breaker.successCount === 0, true);
        generation = held.breaker.generation;
        return decision;
      };
      fc.modelRun(() => ({ model: new Onlooker(), real: held }), script);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
