import { breakerPolicy } from './breaker-policy.js';
import type { BreakerCommand } from './breaker-command.js';
import { newCircuitBreaker, type CircuitBreaker } from './circuit-breaker.js';
import { step } from './decide.js';
import { transitionsOf, type BreakerTransition } from './transition.js';

const policy = breakerPolicy('pay', { failureThreshold: 1, cooldownMs: 100, successThreshold: 1 });

describe('the history of a breaker', () => {
  let breaker: CircuitBreaker;
  let history: BreakerTransition[];
  beforeEach(() => {
    breaker = newCircuitBreaker(0);
    history = [];
  });
  const tell = (command: BreakerCommand) => {
    const taken = step(command, breaker, policy);
    if (taken.decision.type === 'accepted') {
      history.push(...transitionsOf('pay', breaker, taken.decision.events, command.node));
    }
    breaker = taken.breaker;
  };
  const why = { by: 'ana', reason: 'a test' };

  it('has one entry for each transition, with its cause and who made it', () => {
    tell({ type: 'settle', outcome: 'failure', cause: 'Error: no', node: 'n1', atMs: 5 });
    tell({ type: 'admit', permitId: 'p', node: 'n2', atMs: 105 });
    tell({ type: 'settle', outcome: 'success', ticket: { generation: 3, permitId: 'p' }, node: 'n2', atMs: 106 });
    tell({ type: 'hold', as: 'open', ...why, untilMs: 300, node: 'n1', atMs: 200 });
    tell({ type: 'release', ...why, node: 'n1', atMs: 250 });
    tell({ type: 'hold', as: 'open', ...why, untilMs: 300, node: 'n1', atMs: 260 });
    tell({ type: 'admit', permitId: 'q', node: 'n3', atMs: 400 });
    tell({ type: 'reset', ...why, node: 'n1', atMs: 500 });
    expect(history.map((each) => [each.generation, each.from, each.to, each.atMs, each.cause, each.node])).toEqual([
      [2, 'closed', 'open', 5, 'failures_in_a_row', 'n1'],
      [3, 'open', 'half_open', 105, 'cooldown_over', 'n2'],
      [4, 'half_open', 'closed', 106, 'trials_succeeded', 'n2'],
      [5, 'closed', 'open', 200, 'hold', 'n1'],
      [6, 'open', 'closed', 250, 'release', 'n1'],
      [7, 'closed', 'open', 260, 'hold', 'n1'],
      [8, 'open', 'closed', 300, 'hold_over', 'n3'],
      [9, 'closed', 'closed', 500, 'reset', 'n1'],
    ]);
    expect(history[0]).toMatchObject({ name: 'pay', by: undefined, reason: 'Error: no' });
    expect(history[3]).toMatchObject(why);
    expect(history[4]).toMatchObject(why);
    expect(history[6]).toMatchObject({ by: undefined, reason: undefined });
    expect(history[7]).toMatchObject(why);
  });

  it('has nothing of what moves no state', () => {
    tell({ type: 'settle', outcome: 'success', atMs: 5 });
    tell({ type: 'count_successes', generation: 1, count: 2, sinceLastMs: 1, atMs: 6 });
    expect(history).toEqual([]);
  });

  it('has both transitions of one command', () => {
    tell({ type: 'settle', outcome: 'failure', atMs: 5 });
    tell({ type: 'settle', outcome: 'failure', atMs: 105 });
    expect(history.map(({ to, cause }) => [to, cause])).toEqual([
      ['open', 'failures_in_a_row'],
      ['half_open', 'cooldown_over'],
      ['open', 'trial_failed'],
    ]);
  });
});
