// npm run proofs:breaker-model [-- --runs 10000 --seed 1]
// The breaker as a pure function of what it is, what is asked and when. First each rule as a row of a table; then random
// histories beside a model that knows no generations, permits or instants, only what an onlooker can count.
import { breakerPolicy, breakerStateAt, livePermits, newCircuitBreaker, stepBreaker, TripWindows } from '@eros/domain';
import fc from 'fast-check';
import { prove } from './harness/proof.mjs';

const policy = breakerPolicy('model', {
  failureThreshold: 3,
  cooldownMs: 1_000,
  cooldownFactor: 2,
  cooldownMaxMs: 3_000,
  successThreshold: 2,
  probeLimit: 2,
  probeTimeoutMs: 400,
});

/** A breaker under way: commands in short, at times in ms. */
class Course {
  breaker = newCircuitBreaker(0);
  asked = 0;
  constructor(given = policy) {
    this.policy = given;
  }
  do(command, atMs) {
    const { decision, breaker } = stepBreaker({ ...command, atMs }, this.breaker, this.policy);
    this.breaker = breaker;
    return decision;
  }
  admit(atMs) {
    const permitId = `permit ${(this.asked += 1)}`;
    const decision = this.do({ type: 'admit', permitId }, atMs);
    const { state, generation } = this.breaker;
    return { ...decision, ticket: state === 'half_open' ? { generation, permitId } : { generation } };
  }
  settle(outcome, ticket, atMs) {
    return this.do({ type: 'settle', outcome, ...(ticket ? { ticket } : {}) }, atMs);
  }
  fail(times, atMs) {
    for (let i = 0; i < times; i += 1) this.settle('failure', undefined, atMs);
    return this;
  }
  state(atMs) {
    return breakerStateAt(this.breaker, atMs);
  }
}
const opened = () => new Course().fail(3, 0);
const rate = (count, bad, minimumCalls) => {
  const windows = new TripWindows({ failureRate: { threshold: 0.5, over: { calls: 4 }, minimumCalls } });
  let tripped;
  for (let i = 0; i < count; i += 1) tripped = windows.add({ isFailure: i < bad, durationMs: 1, atMs: i });
  return tripped ?? 'none';
};
const throwsCode = (given) => {
  try {
    breakerPolicy('x', given);
    return 'none';
  } catch (error) {
    return error.code;
  }
};

/** What must hold, what is done, what must come of it. */
const TABLE = [
  ['B1 below the minimum of calls nothing is judged', () => rate(3, 3, 4), 'none'],
  ['B2 exactly at the threshold it opens: failures in a row', () => opened().state(0), 'open'],
  ['B2 and one below it does not', () => new Course().fail(2, 0).state(0), 'closed'],
  ['B2 exactly at the threshold it opens: a rate', () => rate(4, 2, 4), 'failure_rate'],
  ['B3 a full window forgets its oldest call', () => rate(6, 2, 4), 'none'],
  [
    'B5 after closing, old failures do not count',
    () => {
      const course = opened();
      for (const atMs of [1_000, 1_001]) course.settle('success', course.admit(atMs).ticket, atMs);
      return `${course.state(1_001)} ${course.fail(2, 1_002).state(1_002)}`;
    },
    'closed closed',
  ],
  [
    'B6 thresholds out of range and NaN are refused',
    () => [0, NaN, 1.5, 1e9].map((failureThreshold) => throwsCode({ failureThreshold })).join(' '),
    Array(4).fill('invalid_settings').join(' '),
  ],
  [
    'B7 so many trials and no more',
    () => {
      const course = opened();
      return [1, 2, 3].map(() => course.admit(1_000).type).join(' ');
    },
    'accepted accepted refused',
  ],
  [
    'B8 neither gives the permit back and moves nothing',
    () => {
      const course = opened();
      const { ticket } = course.admit(1_000);
      course.admit(1_000);
      course.settle('neither', ticket, 1_001);
      return `${course.state(1_001)} ${course.admit(1_001).type}`;
    },
    'half_open accepted',
  ],
  [
    'B9 each reopening lasts longer, to a limit',
    () => {
      const course = opened();
      const lasted = [];
      for (let i = 0, atMs = 1_000; i < 3; i += 1) {
        course.settle('failure', course.admit(atMs).ticket, atMs);
        lasted.push(course.breaker.openUntilMs - atMs);
        atMs = course.breaker.openUntilMs;
      }
      return lasted.join(' ');
    },
    '2000 3000 3000',
  ],
  [
    'B11 a permit ends by itself',
    () => {
      const course = opened();
      course.admit(1_000);
      course.admit(1_000);
      return `${course.admit(1_399).type} ${course.admit(1_400).type}`;
    },
    'refused accepted',
  ],
  [
    'B13 a result of an older generation changes nothing',
    () => {
      const course = new Course();
      const { ticket } = course.admit(0);
      course.fail(3, 0).admit(1_000);
      course.settle('success', ticket, 1_001);
      course.settle('failure', ticket, 1_001);
      return `${course.state(1_001)} ${course.breaker.generation}`;
    },
    'half_open 3',
  ],
  [
    'B14 a failure while open extends nothing',
    () => {
      const course = opened();
      course.fail(1, 500);
      return `${course.breaker.openUntilMs} ${course.breaker.generation}`;
    },
    '1000 2',
  ],
  [
    'B16 the last release gives back the open time that was left',
    () => {
      const course = opened();
      course.do({ type: 'hold', as: 'closed', by: 'ana', reason: 'r' }, 400);
      course.do({ type: 'hold', as: 'open', by: 'ben', reason: 'r' }, 500);
      const held = course.state(600);
      course.do({ type: 'release', by: 'ben', reason: 'r' }, 5_000);
      const one = course.state(5_000);
      course.do({ type: 'release', by: 'ana', reason: 'r' }, 9_000);
      return `${held} ${one} ${course.state(9_599)} ${course.state(9_600)}`;
    },
    'open closed open half_open',
  ],
  [
    'B19 reset closes and zeroes, by one transition',
    () => {
      const course = opened();
      course.do({ type: 'reset', by: 'ana', reason: 'r' }, 1);
      return `${course.state(1)} ${course.breaker.failureCount} ${course.breaker.generation}`;
    },
    'closed 0 3',
  ],
  [
    'B21 another policy keeps the state',
    () => {
      const course = opened();
      course.policy = breakerPolicy('model', { failureThreshold: 100 });
      return `${course.state(1)} ${course.admit(1).type}`;
    },
    'open refused',
  ],
  [
    'B26 an open time of zero or without end is refused',
    () => [0, -1, Infinity].map((cooldownMs) => throwsCode({ cooldownMs })).join(' '),
    Array(3).fill('invalid_settings').join(' '),
  ],
  [
    'G6 a quorum opens with the process that makes it up, and counts each once',
    () => {
      const course = new Course(breakerPolicy('model', { quorum: 2 }));
      const vote = (node) => course.do({ type: 'settle', outcome: 'failure', node, tripped: 'failures_in_a_row' }, 1);
      return ['a', 'a', 'b'].map((node) => (vote(node), course.state(1))).join(' ');
    },
    'closed closed open',
  ],
];

/** What an onlooker counts. Stop-watches run down; nothing is an instant. */
class Onlooker {
  nowMs = 0;
  phase = 'closed';
  run = 0;
  won = 0;
  reopenings = 0;
  openLeftMs = 0;
  era = 0;
  out = [];
  enter(phase) {
    this.phase = phase;
    this.era += 1;
    this.run = 0;
    this.won = 0;
    if (phase === 'open') this.openLeftMs = [1_000, 2_000, 3_000][Math.min(2, this.reopenings)];
    if (phase === 'closed') this.reopenings = 0;
  }
  wait(ms) {
    this.nowMs += ms;
    this.openLeftMs -= ms;
    for (const call of this.out) call.leaseLeftMs -= ms;
  }
  trials() {
    return this.out.filter(({ era, isTrial, leaseLeftMs }) => isTrial && era === this.era && leaseLeftMs > 0);
  }
}

const command = (name, act) => ({
  check: () => true,
  run: (seen, { course }) => {
    act(seen, course);
    const phase = seen.phase === 'open' && seen.openLeftMs <= 0 ? 'half_open' : seen.phase;
    if (course.state(seen.nowMs) !== phase) throw new Error(`it is ${course.state(seen.nowMs)}, expected ${phase}`);
    const out = livePermits(course.breaker, seen.nowMs).length;
    const expected = seen.phase === 'half_open' ? seen.trials().length : 0;
    if (out !== expected || out > policy.probeLimit) throw new Error(`${out} trials out, expected ${expected}`);
  },
  toString: () => name,
});
const wait = (ms) => command(`wait ${ms}`, (seen) => seen.wait(ms));
const call = () =>
  command('call', (seen, course) => {
    const isFree =
      seen.phase === 'closed' ||
      (seen.phase === 'open' ? seen.openLeftMs <= 0 : seen.trials().length < policy.probeLimit);
    const { type, ticket } = course.admit(seen.nowMs);
    if ((type === 'accepted') !== isFree) throw new Error(`a call was ${type}`);
    if (!isFree) return;
    if (seen.phase === 'open') seen.enter('half_open');
    seen.out.push({ era: seen.era, ticket, isTrial: seen.phase === 'half_open', leaseLeftMs: policy.probeTimeoutMs });
  });
const back = (pick, outcome) =>
  command(`call ${pick} comes back: ${outcome}`, (seen, course) => {
    const [ended] = seen.out.splice(pick % Math.max(1, seen.out.length), 1);
    if (!ended) return;
    course.settle(outcome, ended.ticket, seen.nowMs);
    const isLate = ended.era !== seen.era || (ended.isTrial && ended.leaseLeftMs <= 0);
    if (isLate || outcome === 'neither') return;
    if (outcome === 'failure' && ended.isTrial) {
      seen.reopenings += 1;
      seen.enter('open');
    } else if (outcome === 'failure') {
      seen.run += 1;
      if (seen.run === policy.failureThreshold) seen.enter('open');
    } else {
      seen.run = 0;
      seen.won += 1;
      if (ended.isTrial && seen.won === policy.successThreshold) seen.enter('closed');
    }
  });

await prove('breaker-model', { runs: 2_000 }, async (proof) => {
  for (const [name, act, expected] of TABLE) proof.equal(name, act(), expected);
  const histories = fc.commands(
    [
      fc.constantFrom(0, 1, 399, 400, 999, 1_000, 2_000).map(wait),
      fc.constant(null).map(call),
      fc.constant(null).map(call),
      fc
        .tuple(fc.nat(5), fc.constantFrom('success', 'success', 'failure', 'neither'))
        .map(([pick, outcome]) => back(pick, outcome)),
      fc.nat(5).map((pick) => back(pick, 'failure')),
    ],
    { maxCommands: 60, size: '+1' },
  );
  const property = fc.property(histories, (history) =>
    fc.modelRun(() => ({ model: new Onlooker(), real: { course: new Course() } }), history),
  );
  const { failed, numRuns, counterexample, errorInstance } = fc.check(property, {
    numRuns: proof.flags.runs,
    seed: proof.flags.seed,
  });
  proof.check(
    `${numRuns} random histories go as the onlooker expects`,
    !failed,
    failed ? `${errorInstance?.message}: ${counterexample}` : '',
  );
});
