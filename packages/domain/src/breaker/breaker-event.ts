import type { Permit } from './circuit-breaker.js';
import type { Hold } from './holds.js';
import type { Vote } from './quorum.js';
import type { TripRule } from './trip-rules.js';

/** Why a breaker opened. */
export type OpeningCause = TripRule | 'quorum' | 'trial_failed';

/** What happened to a breaker. Those of the second half change its state, or what its state is due to. */
export type BreakerEvent =
  | { readonly type: 'successes_counted'; readonly count: number; readonly atMs: number }
  | {
      readonly type: 'failures_counted';
      readonly failureCount: number;
      readonly runStartedAtMs: number;
      readonly atMs: number;
      readonly cause: string | undefined;
    }
  | { readonly type: 'voted'; readonly votes: readonly Vote[] }
  | { readonly type: 'permit_granted'; readonly permit: Permit; readonly atMs: number }
  | { readonly type: 'permit_returned'; readonly permitId: string }
  | {
      readonly type: 'opened';
      readonly atMs: number;
      readonly openUntilMs: number;
      /** How many reopenings in a row this makes. */
      readonly reopenings: number;
      readonly cause: OpeningCause;
    }
  | { readonly type: 'half_opened'; readonly atMs: number }
  | { readonly type: 'closed'; readonly atMs: number }
  | { readonly type: 'held'; readonly holds: readonly Hold[]; readonly hold: Hold; readonly atMs: number }
  | {
      readonly type: 'released';
      /** Those that are left. */
      readonly holds: readonly Hold[];
      /** Absent: the holds ended by themselves. */
      readonly by?: string;
      readonly reason?: string;
      readonly atMs: number;
    }
  | { readonly type: 'reset'; readonly by: string; readonly reason: string; readonly atMs: number };
