import type { BreakerPolicy } from './breaker-policy.js';

/** A process found that the breaker should open. */
export interface Vote {
  readonly node: string;
  readonly atMs: number;
}

/** The votes that still count: a process has one, its latest, for `quorumWindowMs`. */
export const liveVotes = (
  votes: readonly Vote[],
  { quorumWindowMs }: Pick<BreakerPolicy, 'quorumWindowMs'>,
  atMs: number,
): readonly Vote[] => votes.filter((vote) => vote.atMs > atMs - quorumWindowMs);

/** The votes after one more. */
export const withVote = (
  votes: readonly Vote[],
  vote: Vote,
  policy: Pick<BreakerPolicy, 'quorumWindowMs'>,
): readonly Vote[] => [...liveVotes(votes, policy, vote.atMs).filter(({ node }) => node !== vote.node), vote];
