import type { BreakerCommand, Ticket } from './breaker-command.js';
import { DEFAULT_BREAKER_POLICY, type BreakerPolicy } from './breaker-policy.js';
import type { Hold } from './holds.js';
import { evolve, newCircuitBreaker, stateAt, type BreakerTally, type CircuitBreaker } from './circuit-breaker.js';
import { decide, step } from './decide.js';

const policy: BreakerPolicy = {
  ...DEFAULT_BREAKER_POLICY,
  failureThreshold: 3,
  cooldownMs: 1_000,
  successThreshold: 2,
};
const NOW = 100_000;
const tally: BreakerTally = {
  generation: 7,
  failureCount: 0,
  successCount: 0,
  sinceMs: 50_000,
  lastFailureAtMs: undefined,
  lastSuccessAtMs: undefined,
  lastFailure: undefined,
  reopenings: 0,
  held: undefined,
};
const closed: CircuitBreaker = { ...tally, state: 'closed', runStartedAtMs: undefined, votes: [] };
const failing: CircuitBreaker = { ...tally, state: 'closed', failureCount: 2, runStartedAtMs: NOW - 500, votes: [] };
const open: CircuitBreaker = { ...tally, state: 'open', failureCount: 3, openUntilMs: NOW + 1 };
const due: CircuitBreaker = { ...open, openUntilMs: NOW };
const halfOpen: CircuitBreaker = { ...tally, state: 'half_open', failureCount: 3, permits: [] };
const probing: CircuitBreaker = { ...halfOpen, permits: [{ id: 'p', untilMs: NOW + 1 }] };
const almost: CircuitBreaker = { ...probing, failureCount: 0, successCount: 1 };
const expired: CircuitBreaker = { ...halfOpen, permits: [{ id: 'p', untilMs: NOW }] };

const admit: BreakerCommand = { type: 'admit', permitId: 'new', atMs: NOW };
const settle = (outcome: 'success' | 'failure' | 'neither', ticket?: Ticket, more: object = {}): BreakerCommand => ({
  type: 'settle',
  outcome,
  ...(ticket ? { ticket } : {}),
  ...more,
  atMs: NOW,
});
const ana: Hold = { as: 'open', by: 'ana', reason: 'they asked', sinceMs: NOW - 400, untilMs: undefined };
const ben: Hold = { as: 'closed', by: 'ben', reason: 'it lies', sinceMs: NOW - 300, untilMs: NOW + 1 };
const heldOpen: CircuitBreaker = { ...failing, held: { sinceMs: NOW - 400, holds: [ana] } };
const heldClosed: CircuitBreaker = { ...open, held: { sinceMs: NOW - 400, holds: [ana, ben] } };
const letGo: CircuitBreaker = { ...open, held: { sinceMs: NOW - 400, holds: [{ ...ben, untilMs: NOW - 1 }] } };
const operator = { by: 'ana', reason: 'a test', atMs: NOW } as const;
const hold: BreakerCommand = { type: 'hold', as: 'open', untilMs: NOW + 50, ...operator };
const release: BreakerCommand = { type: 'release', ...operator };
const reset: BreakerCommand = { type: 'reset', ...operator };
const ours: Ticket = { generation: 7 };
const probe: Ticket = { generation: 7, permitId: 'p' };
const late: Ticket = { generation: 6 };
const trippedBy = () => ({ tripped: 'failure_rate' });
const flush = (more: object = {}): BreakerCommand => ({
  type: 'count_successes',
  generation: 7,
  count: 4,
  sinceLastMs: 100,
  atMs: NOW,
  ...more,
});

/** The transition table of the reference: before, command, after. An after of `same` means that nothing changed. */
const TABLE: [string, CircuitBreaker, BreakerCommand, object | 'same' | { retryAfterMs: number } | { heldBy: Hold }][] =
  [
    ['closed: lets calls out without a permit', closed, admit, 'same'],
    [
      'closed: a failure begins a run',
      closed,
      settle('failure', ours),
      { state: 'closed', failureCount: 1, runStartedAtMs: NOW },
    ],
    [
      'closed: a failure keeps its cause',
      closed,
      settle('failure', ours, { cause: 'no' }),
      { lastFailure: 'no', lastFailureAtMs: NOW },
    ],
    [
      'closed: the last failure of a run opens',
      failing,
      settle('failure', ours),
      { state: 'open', generation: 8, failureCount: 3, openUntilMs: NOW + 1_000, sinceMs: NOW },
    ],
    [
      'closed: a failure after an own success within the run restarts it',
      failing,
      settle('failure', ours, { sinceOwnSuccessMs: 499 }),
      { state: 'closed', failureCount: 1, runStartedAtMs: NOW },
    ],
    [
      'closed: an own success as old as the run does not restart it',
      failing,
      settle('failure', ours, { sinceOwnSuccessMs: 500 }),
      { state: 'open', failureCount: 3 },
    ],
    [
      'closed: several failures told at once all count',
      closed,
      settle('failure', undefined, { failures: 3 }),
      { state: 'open', failureCount: 3 },
    ],
    [
      'closed: a success ends the run',
      failing,
      settle('success', ours),
      {
        state: 'closed',
        generation: 7,
        failureCount: 0,
        successCount: 1,
        runStartedAtMs: undefined,
        lastSuccessAtMs: NOW,
      },
    ],
    ['closed: neither moves nothing', failing, settle('neither', ours), 'same'],
    ['closed: a reported failure counts', failing, settle('failure'), { state: 'open' }],
    ['closed: a late failure changes nothing', failing, settle('failure', late), 'same'],
    ['closed: a late success changes nothing', failing, settle('success', late), 'same'],
    [
      'closed: flushed successes end an older run',
      failing,
      flush(),
      { failureCount: 0, successCount: 4, lastSuccessAtMs: NOW - 100 },
    ],
    ['closed: flushed successes from before the run do not end it', failing, flush({ sinceLastMs: 500 }), 'same'],
    ['closed: successes of an older generation change nothing', failing, flush({ generation: 6 }), 'same'],
    ['closed: no successes are none', failing, flush({ count: 0 }), 'same'],
    ['open: refuses until its time is over', open, admit, { retryAfterMs: 1 }],
    [
      'open: at the end of its time lets one trial out',
      due,
      admit,
      {
        state: 'half_open',
        generation: 8,
        sinceMs: NOW,
        successCount: 0,
        permits: [{ id: 'new', untilMs: NOW + 10_000 }],
      },
    ],
    ['open: a late failure neither extends nor repeats it', open, settle('failure', late), 'same'],
    ['open: a late success changes nothing', open, settle('success', late), 'same'],
    ['open: a reported success is ignored', open, settle('success'), 'same'],
    ['open: a reported failure is ignored', open, settle('failure'), 'same'],
    ['open: flushed successes are ignored', open, flush(), 'same'],
    [
      'open: a reported success counts once its time is over',
      due,
      settle('success'),
      { state: 'half_open', generation: 8, successCount: 1 },
    ],
    [
      'open: a reported failure reopens once its time is over',
      due,
      settle('failure'),
      { state: 'open', generation: 9, openUntilMs: NOW + 1_000, failureCount: 4 },
    ],
    [
      'half-open: lets a trial out',
      halfOpen,
      admit,
      { state: 'half_open', permits: [{ id: 'new', untilMs: NOW + 10_000 }] },
    ],
    ['half-open: refuses while the trials allowed are out', probing, admit, { retryAfterMs: 1 }],
    [
      'half-open: an ended permit comes back by itself',
      expired,
      admit,
      { permits: [{ id: 'new', untilMs: NOW + 10_000 }] },
    ],
    [
      'half-open: a success counts and returns the permit',
      probing,
      settle('success', probe),
      { state: 'half_open', generation: 7, failureCount: 0, successCount: 1, permits: [] },
    ],
    [
      'half-open: enough successes close it',
      almost,
      settle('success', probe),
      { state: 'closed', generation: 8, failureCount: 0, successCount: 2, sinceMs: NOW, runStartedAtMs: undefined },
    ],
    [
      'half-open: any failure reopens',
      almost,
      settle('failure', probe),
      { state: 'open', generation: 8, failureCount: 1, successCount: 0, openUntilMs: NOW + 1_000 },
    ],
    [
      'half-open: neither returns the permit and counts nothing',
      almost,
      settle('neither', probe),
      { state: 'half_open', generation: 7, successCount: 1, permits: [] },
    ],
    ['half-open: the result of an ended permit is late', expired, settle('failure', probe), 'same'],
    [
      'half-open: the result of an unknown permit is late',
      probing,
      settle('success', { generation: 7, permitId: 'q' }),
      'same',
    ],
    ['half-open: a failure from before changes nothing', probing, settle('failure', late), 'same'],
    ['half-open: a success from before changes nothing', almost, settle('success', late), 'same'],
    ['half-open: a reported success counts and takes no permit', almost, settle('success'), { state: 'closed' }],
    ['half-open: a reported failure reopens', almost, settle('failure'), { state: 'open' }],
    [
      'closed: a failure by which a rate rule trips opens',
      closed,
      settle('failure', ours, { tripped: 'failure_rate' }),
      { state: 'open', generation: 8, failureCount: 1, reopenings: 0 },
    ],
    [
      'closed: so does a success, slow as it was',
      closed,
      settle('success', ours, { tripped: 'slow_calls' }),
      { state: 'open', generation: 8, failureCount: 0, successCount: 1 },
    ],
    ['closed: a rule that tripped on older calls opens nothing', closed, settle('failure', late, trippedBy()), 'same'],
    [
      'half-open: reopening is counted, and closing begins anew',
      { ...almost, reopenings: 2 },
      settle('failure', probe),
      { state: 'open', reopenings: 3 },
    ],
    [
      'half-open: closing forgets the reopenings',
      { ...almost, reopenings: 2 },
      settle('success', probe),
      { state: 'closed', reopenings: 0 },
    ],
    [
      'closed: a hold stops the time of what is under it',
      failing,
      hold,
      {
        state: 'closed',
        generation: 8,
        failureCount: 2,
        sinceMs: NOW,
        held: { sinceMs: NOW, holds: [{ as: 'open', by: 'ana', reason: 'a test', sinceMs: NOW, untilMs: NOW + 50 }] },
      },
    ],
    ['held open: no call goes out', heldOpen, admit, { heldBy: ana }],
    ['held closed: every call goes out without a permit', heldClosed, admit, 'same'],
    ['held: a failure moves nothing', heldOpen, settle('failure', ours), 'same'],
    ['held: a success moves nothing', heldClosed, settle('success', ours), 'same'],
    ['held: a reported failure moves nothing', heldOpen, settle('failure'), 'same'],
    ['held: flushed successes move nothing', heldOpen, flush(), 'same'],
    [
      'held: a second operator overrules the first',
      heldClosed,
      { ...hold, by: 'cleo' } as BreakerCommand,
      { generation: 8, held: { sinceMs: NOW - 400, holds: [ana, ben, { by: 'cleo', as: 'open' }] } },
    ],
    [
      'held: an operator has one hold, the latest',
      heldClosed,
      hold,
      { held: { sinceMs: NOW - 400, holds: [ben, { by: 'ana', untilMs: NOW + 50 }] } },
    ],
    [
      'held: the release of one of two leaves the other',
      heldClosed,
      release,
      { state: 'open', openUntilMs: NOW + 1, held: { sinceMs: NOW - 400, holds: [ben] } },
    ],
    [
      'held: who has no hold releases the one that decides',
      heldClosed,
      { ...release, by: 'cleo' } as BreakerCommand,
      { held: { holds: [ana] } },
    ],
    [
      'held: the last release restores what was there, with the open time that was left',
      { ...heldClosed, held: { sinceMs: NOW - 400, holds: [ana] } },
      release,
      { state: 'open', generation: 8, openUntilMs: NOW + 401, sinceMs: NOW, held: undefined },
    ],
    [
      'held: the counts are what they were, too',
      heldOpen,
      release,
      { state: 'closed', failureCount: 2, runStartedAtMs: NOW - 500, held: undefined },
    ],
    [
      'held: a reset closes what is under the hold, and leaves the hold',
      heldClosed,
      reset,
      { state: 'closed', held: {} },
    ],
    [
      'held: a hold that has ended by itself ends with the next command',
      letGo,
      settle('failure', late),
      { state: 'open', generation: 8, sinceMs: NOW - 1, openUntilMs: NOW + 400, held: undefined },
    ],
    [
      'any: a reset closes it and forgets the counts',
      { ...almost, failureCount: 4, reopenings: 3 },
      reset,
      { state: 'closed', generation: 8, failureCount: 0, successCount: 0, reopenings: 0, votes: [], sinceMs: NOW },
    ],
    ['any: a reset of what is closed already begins a generation', closed, reset, { state: 'closed', generation: 8 }],
  ];

describe('the transition table', () => {
  it.each(TABLE)('%s', (_, before, command, expected) => {
    const { decision, breaker } = step(command, before, policy);
    if (expected === 'same') expect(breaker).toEqual(before);
    else if ('heldBy' in expected) expect(decision).toEqual({ type: 'held', hold: expected.heldBy });
    else if ('retryAfterMs' in expected) expect(decision).toEqual({ type: 'refused', ...expected });
    else expect(breaker).toMatchObject(expected);
    if (expected === 'same') expect(decision).toEqual({ type: 'accepted', events: [] });
  });

  it('refuses until the first of several permits ends', () => {
    const permits = [
      { id: 'a', untilMs: NOW + 9 },
      { id: 'b', untilMs: NOW + 5 },
      { id: 'c', untilMs: NOW - 5 },
    ];
    const breaker: CircuitBreaker = { ...tally, state: 'half_open', permits };
    expect(decide(admit, breaker, { ...policy, probeLimit: 2 })).toEqual({ type: 'refused', retryAfterMs: 5 });
    expect(decide(admit, breaker, { ...policy, probeLimit: 3 })).toMatchObject({ type: 'accepted' });
  });

  it('has nothing to release where nobody holds it', () => {
    expect(decide(release, failing, policy)).toEqual({ type: 'not_held' });
    expect(decide(release, letGo, policy)).toEqual({ type: 'not_held' });
  });

  it('goes by the policy given, not by the one it began with', () => {
    const stricter = { ...policy, failureThreshold: 1 };
    expect(step(settle('failure', ours), failing, stricter).breaker.state).toBe('open');
    expect(step(admit, failing, stricter).breaker).toBe(failing);
  });
});

describe('a breaker', () => {
  it('is closed at first', () => {
    expect(newCircuitBreaker(5)).toMatchObject({
      state: 'closed',
      generation: 1,
      failureCount: 0,
      successCount: 0,
      sinceMs: 5,
    });
  });

  it('is half-open from the end of its open time, though nobody has asked', () => {
    expect(stateAt(open, NOW)).toBe('open');
    expect(stateAt(due, NOW)).toBe('half_open');
    expect(stateAt(closed, NOW)).toBe('closed');
    expect(stateAt(heldOpen, NOW)).toBe('open');
    expect(stateAt(heldClosed, NOW)).toBe('closed');
    expect(stateAt(letGo, NOW)).toBe('open');
  });

  it('calls a permit granted or returned in another state a bug', () => {
    const granted = { type: 'permit_granted', permit: { id: 'p', untilMs: 1 }, atMs: 0 } as const;
    expect(() => evolve(open, granted)).toThrow('bug: a permit granted by a breaker that is open');
    expect(() => evolve(closed, { type: 'permit_returned', permitId: 'p' })).toThrow('bug: a permit returned');
  });

  it('keeps the latest success when an older one is told later', () => {
    const told = step(flush(), { ...closed, lastSuccessAtMs: NOW - 1 }, policy).breaker;
    expect(told.lastSuccessAtMs).toBe(NOW - 1);
  });
});
