import { unreachable } from '../unreachable.js';
import { gapMinutes, isOptimalWindow } from './followup-window.js';

interface FollowupFacts {
  readonly creatorId: string;
  readonly parentPpvId: string;
  readonly parentMs: number;
  /** When it is due, or, once sent, when it went out. */
  readonly followupMs: number;
  /** Of the parent: `winner`, `bundle`, `wall`, or a word of the predecessor's. */
  readonly ppvType: string;
  /** When it was planned for, if it ever was. */
  readonly plannedMs?: number;
}

/** Why a planned follow-up was called off. `by` is the operator, or `purchase` or `reply`. */
export interface FollowupCancellation {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}

/** The second message about a PPV. */
export type Followup =
  | (FollowupFacts & { readonly status: 'planned' | 'sent' })
  | (FollowupFacts & { readonly status: 'cancelled'; readonly cancellation: FollowupCancellation });

export type FollowupCommand =
  /** It went out, at its due time or at another one, behind a parent that went out when it was to or not. */
  | { readonly type: 'record'; readonly parentMs: number; readonly followupMs: number }
  /** Somebody bought the parent or replied to it. */
  | { readonly type: 'respond'; readonly kind: 'purchase' | 'reply'; readonly atMs: number }
  /** An operator calls it off. */
  | { readonly type: 'cancel'; readonly by: string; readonly reason: string; readonly atMs: number };

export type FollowupEvent =
  | { readonly type: 'followup_sent'; readonly parentMs: number; readonly followupMs: number }
  | { readonly type: 'followup_cancelled'; readonly cancellation: FollowupCancellation };

export type FollowupDecision =
  | { readonly type: 'accepted'; readonly events: readonly FollowupEvent[] }
  | { readonly type: 'refused'; readonly to: 'sent' | 'cancelled'; readonly allowed: readonly string[] };

/**
 * What becomes of a follow-up: `planned` goes to `sent` or `cancelled`, and both are ends.
 *
 * A response cancels what is planned and not yet due at the time of the response; at the due instant itself it comes too late. To
 * any other follow-up it does nothing. Source: spec, section 2.
 */
export function decideFollowup(command: FollowupCommand, followup: Followup): FollowupDecision {
  const isPlanned = followup.status === 'planned';
  switch (command.type) {
    case 'record':
      if (!isPlanned) return { type: 'refused', to: 'sent', allowed: [] };
      return accept({ type: 'followup_sent', parentMs: command.parentMs, followupMs: command.followupMs });
    case 'respond': {
      const { kind, atMs } = command;
      if (!isPlanned || atMs >= followup.followupMs) return accept();
      return accept({
        type: 'followup_cancelled',
        cancellation: { atMs, by: kind, reason: `${kind} before it was due` },
      });
    }
    case 'cancel': {
      if (!isPlanned) return { type: 'refused', to: 'cancelled', allowed: [] };
      const { atMs, by, reason } = command;
      return accept({ type: 'followup_cancelled', cancellation: { atMs, by, reason } });
    }
    default:
      return unreachable(command);
  }
}

export function evolveFollowup(followup: Followup, event: FollowupEvent): Followup {
  const { creatorId, parentPpvId, parentMs, followupMs, ppvType, plannedMs } = followup;
  const planned = plannedMs === undefined ? {} : { plannedMs };
  const facts: FollowupFacts = { creatorId, parentPpvId, parentMs, followupMs, ppvType, ...planned };
  switch (event.type) {
    case 'followup_sent':
      return { ...facts, parentMs: event.parentMs, followupMs: event.followupMs, status: 'sent' };
    case 'followup_cancelled':
      return { ...facts, status: 'cancelled', cancellation: event.cancellation };
    default:
      return unreachable(event);
  }
}

/** The gap and the flag of a follow-up, always of the same two instants. */
export function gapOf({ parentMs, followupMs }: FollowupFacts): { gapMinutes: number; isOptimalWindow: boolean } {
  const gap = gapMinutes(parentMs, followupMs);
  return { gapMinutes: gap, isOptimalWindow: isOptimalWindow(gap) };
}

const accept = (...events: FollowupEvent[]): FollowupDecision => ({ type: 'accepted', events });
