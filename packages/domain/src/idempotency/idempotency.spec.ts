import fc from 'fast-check';
import {
  decide,
  evolve,
  isSweepable,
  type IdempotencyCommand,
  type IdempotencyDecision,
  type IdempotencyState,
} from './idempotency.js';
import type { IdempotencyRequest } from './idempotency-store.js';

const leaseMs = 30;
const ttlMs = 100;
const error = { name: 'CardDeclinedError', code: 'card_declined', message: 'declined', facts: {} };

const none: IdempotencyState = { status: 'none' };
const released: IdempotencyState = { status: 'released', epoch: 500, expiresAtMs: 990 };
const running: IdempotencyState = {
  status: 'running',
  epoch: 970,
  owner: 'ann',
  paramsHash: 'p',
  claimedAtMs: 970,
  leaseUntilMs: 1_000,
  expiresAtMs: 1_100,
};
const result: IdempotencyState = {
  status: 'done',
  epoch: 900,
  paramsHash: 'p',
  outcome: { type: 'result', json: '1' },
  claimedAtMs: 890,
  doneAtMs: 900,
  expiresAtMs: 1_000,
};
const failed: IdempotencyState = { ...result, outcome: { type: 'error', error } };

const ann = { owner: 'ann', epoch: 970 };
const claim = (atMs: number, paramsHash = 'p'): IdempotencyCommand => ({
  type: 'claim',
  atMs,
  owner: 'bob',
  paramsHash,
  leaseMs,
  ttlMs,
});
const granted = (atMs: number, epoch = atMs) => ({
  type: 'accepted',
  event: expect.objectContaining({ type: 'claimed', epoch }),
});
const inProgress = { type: 'in_progress', sinceMs: 970, leaseUntilMs: 1_000 };
const mismatched = { type: 'mismatched', storedHash: 'p' };
const stale = { type: 'stale' };
const accepted = (event: object) => ({ type: 'accepted', event });

describe('decide', () => {
  it.each<[string, IdempotencyState, IdempotencyCommand, object]>([
    ['claim of a new key', none, claim(1_000), granted(1_000)],
    ['claim of a released key, whatever the parameters', released, claim(1_000, 'q'), granted(1_000)],
    ['claim of a running key', running, claim(999), inProgress],
    ['claim of a running key with other parameters', running, claim(999, 'q'), mismatched],
    ['claim when the lease is over', running, claim(1_000), granted(1_000)],
    ['claim with other parameters when only the lease is over', running, claim(1_000, 'q'), mismatched],
    ['claim with other parameters when the dead claim expired', running, claim(1_100, 'q'), granted(1_100)],
    ['claim of a done key', result, claim(999), { type: 'replayed', outcome: { type: 'result', json: '1' } }],
    ['claim of a failed key', failed, claim(999), { type: 'replayed', outcome: { type: 'error', error } }],
    ['claim of a done key with other parameters', result, claim(999, 'q'), mismatched],
    ['claim at the very end of a result (I6)', result, claim(1_000), granted(1_000)],
    ['claim of an expired key, whatever the parameters', result, claim(1_000, 'q'), granted(1_000)],
    ['claim in the same instant as the last', { ...released, epoch: 1_000 }, claim(1_000), granted(1_000, 1_001)],
    [
      'renewal by the owner',
      running,
      { type: 'renew', atMs: 980, leaseMs, ttlMs, ...ann },
      accepted({ type: 'renewed', leaseUntilMs: 1_010, expiresAtMs: 1_110 }),
    ],
    [
      'renewal by the owner after its lease, nobody having taken over',
      running,
      { type: 'renew', atMs: 1_050, leaseMs, ttlMs, ...ann },
      accepted({ type: 'renewed', leaseUntilMs: 1_080, expiresAtMs: 1_180 }),
    ],
    [
      'renewal under an older epoch',
      running,
      { type: 'renew', atMs: 980, leaseMs, ttlMs, owner: 'ann', epoch: 969 },
      stale,
    ],
    [
      'renewal by somebody else',
      running,
      { type: 'renew', atMs: 980, leaseMs, ttlMs, owner: 'bob', epoch: 970 },
      stale,
    ],
    [
      'result',
      running,
      { type: 'complete', atMs: 999, json: '{}', ttlMs, ...ann },
      accepted({ type: 'ended', outcome: { type: 'result', json: '{}' }, doneAtMs: 999, expiresAtMs: 1_099 }),
    ],
    [
      'terminal error',
      running,
      { type: 'fail', atMs: 999, error, ttlMs, ...ann },
      accepted({ type: 'ended', outcome: { type: 'error', error }, doneAtMs: 999, expiresAtMs: 1_099 }),
    ],
    ['release', running, { type: 'release', atMs: 999, ...ann }, accepted({ type: 'released', expiresAtMs: 999 })],
    [
      'result of somebody else',
      running,
      { type: 'complete', atMs: 999, json: '1', ttlMs, owner: 'bob', epoch: 970 },
      stale,
    ],
    ['second result', result, { type: 'complete', atMs: 999, json: '2', ttlMs, owner: 'ann', epoch: 900 }, stale],
    ['error after the end', result, { type: 'fail', atMs: 999, error, ttlMs, owner: 'ann', epoch: 900 }, stale],
    ['release after the end', result, { type: 'release', atMs: 999, owner: 'ann', epoch: 900 }, stale],
    [
      'result of a released key',
      released,
      { type: 'complete', atMs: 999, json: '1', ttlMs, owner: 'ann', epoch: 500 },
      stale,
    ],
    ['result of a swept key', none, { type: 'complete', atMs: 999, json: '1', ttlMs, ...ann }, stale],
    ['forget of a live claim', running, { type: 'forget', atMs: 999 }, inProgress],
    [
      'forget of a dead claim',
      running,
      { type: 'forget', atMs: 1_000 },
      accepted({ type: 'released', expiresAtMs: 1_000 }),
    ],
    ['forget of a result', result, { type: 'forget', atMs: 999 }, accepted({ type: 'released', expiresAtMs: 999 })],
    ['forget of an expired result', result, { type: 'forget', atMs: 1_000 }, { type: 'absent' }],
    ['forget of a released key', released, { type: 'forget', atMs: 1_000 }, { type: 'absent' }],
    ['forget of a new key', none, { type: 'forget', atMs: 1_000 }, { type: 'absent' }],
  ])('%s', (_, known, command, decision) => {
    expect(decide(command, known)).toEqual(decision);
  });
});

describe('isSweepable', () => {
  it.each<[string, IdempotencyState, number, boolean]>([
    ['nothing', none, 5_000, false],
    ['a live claim', running, 999, false],
    ['a claim whose lease is over', running, 1_099, false],
    ['a dead claim that expired', running, 1_100, true],
    ['a result', result, 999, false],
    ['an expired result', result, 1_000, true],
    ['a released key', released, 990, true],
    ['a key whose epoch is ahead of the clock', { ...released, epoch: 990 }, 990, false],
  ])('%s: at %#', (_, known, atMs, expected) => {
    expect(isSweepable(known, atMs)).toBe(expected);
  });
});

/** The machine, with rows that sweeping deletes. */
class Held {
  state: IdempotencyState = none;

  dispatch(request: IdempotencyRequest, atMs: number): IdempotencyDecision {
    const decision = decide({ ...request, atMs }, this.state);
    if (decision.type === 'accepted') this.state = evolve(this.state, decision.event);
    return decision;
  }

  sweep(atMs: number): void {
    if (isSweepable(this.state, atMs)) this.state = none;
  }
}

/** One execution that was let begin, as somebody watching the callers sees it. */
interface Execution {
  readonly caller: string;
  readonly fence: number;
  readonly params: string;
  aliveUntilMs: number;
}

/**
 * What somebody sees who watches the callers and knows the promises, not the machine: who was let in last, until when that one
 * counts as alive, and which answer was given until when.
 */
class Onlooker {
  nowMs = 1_000;
  calls = 0;
  executions: Execution[] = [];
  /** Who may still save. Never more than one. */
  inside: Execution | undefined;
  answer: { readonly params: string; readonly text: string; readonly untilMs: number } | undefined;

  expectedOfClaim(params: string): string {
    const { answer, inside, nowMs } = this;
    if (answer && nowMs < answer.untilMs) return answer.params === params ? `replay ${answer.text}` : 'mismatch';
    if (!inside) return 'run';
    const isRemembered = nowMs < inside.aliveUntilMs + ttlMs;
    if (isRemembered && inside.params !== params) return 'mismatch';
    return nowMs < inside.aliveUntilMs ? 'wait' : 'run';
  }
}

const heard = (decision: IdempotencyDecision): string => {
  switch (decision.type) {
    case 'accepted':
      return decision.event.type === 'claimed' ? 'run' : 'ok';
    case 'replayed':
      return `replay ${decision.outcome.type === 'result' ? decision.outcome.json : decision.outcome.error.message}`;
    case 'in_progress':
      return 'wait';
    case 'mismatched':
      return 'mismatch';
    default:
      return decision.type;
  }
};

type Step = fc.Command<Onlooker, Held>;

class Wait implements Step {
  constructor(private readonly ms: number) {}
  check = () => true;
  run(seen: Onlooker) {
    seen.nowMs += this.ms;
  }
  toString = () => `wait ${this.ms} ms`;
}

class Call implements Step {
  constructor(private readonly params: string) {}
  check = () => true;
  run(seen: Onlooker, held: Held) {
    const caller = `caller ${(seen.calls += 1)}`;
    const expected = seen.expectedOfClaim(this.params);
    const request = { type: 'claim', owner: caller, paramsHash: this.params, leaseMs, ttlMs } as const;
    const decision = held.dispatch(request, seen.nowMs);
    expect(heard(decision)).toBe(expected);
    if (decision.type !== 'accepted' || decision.event.type !== 'claimed') return;

    const fence = decision.event.epoch;
    // Every execution has a higher number than all before it, also across expiry, forgetting and sweeping.
    for (const earlier of seen.executions) expect(fence).toBeGreaterThan(earlier.fence);
    seen.inside = { caller, fence, params: this.params, aliveUntilMs: seen.nowMs + leaseMs };
    seen.executions.push(seen.inside);
    seen.answer = undefined;
  }
  toString = () => `call(${this.params})`;
}

/** Any execution, however long ago it was let in, wants something: the crashed ones are those that never come. */
class Late implements Step {
  constructor(
    private readonly pick: number,
    private readonly wish: 'renew' | 'complete' | 'fail' | 'release',
  ) {}
  check = (seen: Onlooker) => seen.executions.length > 0;
  run(seen: Onlooker, held: Held) {
    const execution = seen.executions[seen.executions.length - 1 - (this.pick % seen.executions.length)];
    if (!execution) throw new Error('bug: no execution');
    const isInside = execution === seen.inside;
    const text = `${execution.fence}`;
    const holder = { owner: execution.caller, epoch: execution.fence };
    const before = held.state;
    const decision = held.dispatch(
      {
        renew: { type: 'renew', leaseMs, ttlMs, ...holder } as const,
        complete: { type: 'complete', json: text, ttlMs, ...holder } as const,
        fail: { type: 'fail', error: { ...error, message: text }, ttlMs, ...holder } as const,
        release: { type: 'release', ...holder } as const,
      }[this.wish],
      seen.nowMs,
    );
    expect(heard(decision)).toBe(isInside ? 'ok' : 'stale');
    if (!isInside) return expect(held.state).toBe(before);

    if (this.wish === 'renew') {
      execution.aliveUntilMs = seen.nowMs + leaseMs;
      return;
    }
    seen.inside = undefined;
    if (this.wish !== 'release') seen.answer = { params: execution.params, text, untilMs: seen.nowMs + ttlMs };
  }
  toString = () => `${this.wish} by the execution before the last ${this.pick}`;
}

class Forget implements Step {
  check = () => true;
  run(seen: Onlooker, held: Held) {
    const isAlive = seen.inside !== undefined && seen.nowMs < seen.inside.aliveUntilMs;
    const isThere = seen.inside !== undefined || (seen.answer !== undefined && seen.nowMs < seen.answer.untilMs);
    expect(heard(held.dispatch({ type: 'forget' }, seen.nowMs))).toBe(isAlive ? 'wait' : isThere ? 'ok' : 'absent');
    if (isAlive) return;
    seen.inside = undefined;
    seen.answer = undefined;
  }
  toString = () => 'forget';
}

class Sweep implements Step {
  check = () => true;
  run(seen: Onlooker, held: Held) {
    held.sweep(seen.nowMs);
    const { inside } = seen;
    // Whoever is dead and past remembering may be swept away; it can then no longer save.
    if (inside && seen.nowMs >= inside.aliveUntilMs + ttlMs) seen.inside = undefined;
  }
  toString = () => 'sweep';
}

describe('the machine', () => {
  it('treats many callers exactly as an onlooker expects', () => {
    const steps = fc.commands(
      [
        fc.constantFrom(0, 1, leaseMs - 1, leaseMs, ttlMs - 1, ttlMs, leaseMs + ttlMs).map((ms) => new Wait(ms)),
        fc.constantFrom('p', 'p', 'p', 'q').map((params) => new Call(params)),
        fc
          .tuple(fc.constantFrom(0, 0, 0, 1, 2, 7), fc.constantFrom('renew', 'complete', 'fail', 'release'))
          .map(([pick, wish]) => new Late(pick, wish)),
        fc.constant(new Forget()),
        fc.constant(new Sweep()),
      ],
      { size: '+1' },
    );
    const property = fc.property(steps, (script) => {
      fc.modelRun(() => ({ model: new Onlooker(), real: new Held() }), script);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
