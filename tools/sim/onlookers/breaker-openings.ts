import type { BreakerPolicy, RateRule } from '@eros/domain';
import type { BreakerChange, Demand } from './breaker-change.js';

/** A call that came back in a process, as the database's clock saw it. */
interface SeenCall {
  readonly atMs: number;
  readonly isFailure: boolean;
  readonly durationMs: number;
}

interface Vote {
  readonly node: string;
  readonly atMs: number;
}

/** A breaker opens for what its policy says, and for as long. */
export class BreakerOpenings {
  private readonly calls = new Map<string, SeenCall[]>();
  private readonly votes = new Map<string, Vote[]>();

  constructor(private readonly policyOf: (name: string) => BreakerPolicy) {}

  cameBack(name: string, node: string, call: SeenCall): void {
    const key = `${node} ${name}`;
    const calls = this.calls.get(key) ?? [];
    calls.push(call);
    this.calls.set(key, calls);
  }

  check(change: BreakerChange, demand: Demand): void {
    const { name, before, breaker, command, nowMs } = change;
    const policy = this.policyOf(name);
    if (command?.type === 'reset' || breaker.state !== 'closed' || before?.state === 'half_open') {
      if (breaker.state === 'open' && before?.state !== 'open') this.opened(change, policy, demand);
      this.votes.delete(name);
    } else if (command?.type === 'settle' && command.tripped) {
      this.votes.set(name, this.withVote(change, policy));
    }
    if (breaker.state !== 'open' || breaker.generation === before?.generation || breaker.held || before?.held) return;
    const openMs = breaker.openUntilMs - nowMs;
    const { cooldownMs, cooldownFactor, cooldownMaxMs, cooldownJitter } = policy;
    const mostMs = Math.min(cooldownMaxMs, cooldownMs * cooldownFactor ** breaker.reopenings);
    const isAsSaid = openMs <= mostMs + 0.001 && openMs >= mostMs * (1 - cooldownJitter) - 0.001;
    demand(isAsSaid, 'a breaker is open for as long as its policy says');
  }

  private opened(change: BreakerChange, policy: BreakerPolicy, demand: Demand): void {
    const { before, breaker, command } = change;
    if (before?.state === 'half_open' || command?.type !== 'settle') return;
    const { tripped } = command;
    if (tripped === 'failure_rate' || tripped === 'slow_calls')
      demand(this.hasSeen(change, policy, tripped), 'a rate opens when enough bad calls were seen');
    if (policy.quorum > 1)
      return demand(this.withVote(change, policy).length >= policy.quorum, 'a quorum opens, and nobody alone');
    const isRun = breaker.failureCount >= policy.failureThreshold;
    demand(isRun || tripped !== undefined, 'a breaker opens after as many failures as its policy says');
  }

  /** One vote for each process, no older than the policy lets them be. */
  private withVote({ name, node, nowMs }: BreakerChange, { quorumWindowMs }: BreakerPolicy): Vote[] {
    const others = (this.votes.get(name) ?? []).filter((vote) => vote.node !== node);
    return [...others.filter(({ atMs }) => atMs > nowMs - quorumWindowMs), { node, atMs: nowMs }];
  }

  /** What a process saw before the breaker's last move is over. */
  private hasSeen(
    { name, node, before }: BreakerChange,
    { failureRate, slowCalls }: BreakerPolicy,
    tripped: 'failure_rate' | 'slow_calls',
  ): boolean {
    const rule: RateRule | undefined = tripped === 'failure_rate' ? failureRate : slowCalls;
    if (!rule) return false;
    // The row of a breaker that has never moved is made with its first write, which may be later than its first calls.
    const sinceMs = before && before.generation > 1 ? before.sinceMs : -Infinity;
    const calls = (this.calls.get(`${node} ${name}`) ?? []).filter(({ atMs }) => atMs >= sinceMs);
    const isBad = ({ isFailure, durationMs }: SeenCall): boolean =>
      tripped === 'failure_rate' ? isFailure : durationMs >= (slowCalls?.slowMs ?? 0);
    const leastCalls = rule.minimumCalls ?? 1;
    return calls.length >= leastCalls && calls.filter(isBad).length >= rule.threshold * leastCalls;
  }
}
