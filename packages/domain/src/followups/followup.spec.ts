import fc from 'fast-check';
import { MINUTE_MS } from '../time/index.js';
import { decideFollowup, evolveFollowup, gapOf, type Followup, type FollowupCommand } from './followup.js';

const PARENT_MS = Date.UTC(2026, 5, 1, 19);
const DUE_MS = PARENT_MS + 28 * MINUTE_MS;
const planned: Followup = {
  creatorId: 'c-1',
  parentPpvId: 'ppv-1',
  parentMs: PARENT_MS,
  followupMs: DUE_MS,
  plannedMs: DUE_MS,
  ppvType: 'winner',
  status: 'planned',
};
const sent: Followup = { ...planned, status: 'sent' };
const cancelled: Followup = {
  ...planned,
  status: 'cancelled',
  cancellation: { atMs: PARENT_MS, by: 'reply', reason: 'reply before it was due' },
};

const after = (followup: Followup, command: FollowupCommand): Followup | readonly string[] => {
  const decision = decideFollowup(command, followup);
  return decision.type === 'refused' ? decision.allowed : decision.events.reduce(evolveFollowup, followup);
};

describe('a follow-up', () => {
  const response = (atMs: number): FollowupCommand => ({ type: 'respond', kind: 'purchase', atMs });
  const cancel: FollowupCommand = { type: 'cancel', by: 'ann', reason: 'sold out', atMs: DUE_MS };

  it.each([
    ['planned', planned, 'a purchase before it is due', response(DUE_MS - 1), 'cancelled'],
    ['planned', planned, 'a purchase when it is due', response(DUE_MS), 'planned'],
    ['planned', planned, 'an operator', cancel, 'cancelled'],
    ['planned', planned, 'its send', { type: 'record', parentMs: PARENT_MS, followupMs: DUE_MS }, 'sent'],
    ['sent', sent, 'a purchase before it was due', response(DUE_MS - 1), 'sent'],
    ['sent', sent, 'an operator', cancel, 'refused'],
    ['sent', sent, 'its send', { type: 'record', parentMs: PARENT_MS, followupMs: DUE_MS }, 'refused'],
    ['cancelled', cancelled, 'a purchase', response(DUE_MS - 1), 'cancelled'],
    ['cancelled', cancelled, 'an operator', cancel, 'refused'],
    ['cancelled', cancelled, 'its send', { type: 'record', parentMs: PARENT_MS, followupMs: DUE_MS }, 'refused'],
  ] as [string, Followup, string, FollowupCommand, string][])(
    'that is %s, after %s: %s',
    (_, followup, __, command, outcome) => {
      const became = after(followup, command);
      expect('status' in became ? became.status : 'refused').toBe(outcome);
      if ('status' in became && became.status === followup.status) expect(became).toBe(followup);
    },
  );

  it('keeps who called it off, when, and why', () => {
    expect(after(planned, cancel)).toEqual({
      ...planned,
      status: 'cancelled',
      cancellation: { atMs: DUE_MS, by: 'ann', reason: 'sold out' },
    });
    expect(after(planned, { type: 'respond', kind: 'reply', atMs: PARENT_MS })).toMatchObject({
      cancellation: { atMs: PARENT_MS, by: 'reply', reason: 'reply before it was due' },
    });
  });

  it('that was sent at another time says so and remembers what was planned', () => {
    const late = after(planned, {
      type: 'record',
      parentMs: PARENT_MS,
      followupMs: PARENT_MS + 50 * MINUTE_MS,
    }) as Followup;
    expect(late).toMatchObject({ plannedMs: DUE_MS, followupMs: PARENT_MS + 50 * MINUTE_MS });
    expect(gapOf(late)).toEqual({ gapMinutes: 50, isOptimalWindow: false });
    const behind = after(planned, { type: 'record', parentMs: PARENT_MS + MINUTE_MS, followupMs: DUE_MS }) as Followup;
    expect(gapOf(behind)).toEqual({ gapMinutes: 27, isOptimalWindow: true });
    expect(gapOf(planned)).toEqual({ gapMinutes: 28, isOptimalWindow: true });
  });

  it('ends once and for ever, cancelled only by what came before it was due', () => {
    const command: fc.Arbitrary<FollowupCommand> = fc.oneof(
      fc.record({
        type: fc.constant('record' as const),
        parentMs: fc.constant(PARENT_MS),
        followupMs: fc.integer({ min: PARENT_MS, max: DUE_MS + 9 }),
      }),
      fc.record({
        type: fc.constant('respond' as const),
        kind: fc.constantFrom('purchase' as const, 'reply' as const),
        atMs: fc.constantFrom(PARENT_MS, DUE_MS - 1, DUE_MS, DUE_MS + 1),
      }),
      fc.constant(cancel),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 8 }), (commands) => {
        // What an onlooker says: the first command that can end it does.
        const ends = (given: FollowupCommand) => given.type !== 'respond' || given.atMs < DUE_MS;
        const first = commands.find(ends);
        const expected = first === undefined ? 'planned' : first.type === 'record' ? 'sent' : 'cancelled';
        let followup = planned as Followup;
        for (const given of commands) {
          const became = after(followup, given);
          if ('status' in became) followup = became;
        }
        expect(followup.status).toBe(expected);
        expect(followup.plannedMs).toBe(DUE_MS);
        if (first?.type === 'record') expect(followup.followupMs).toBe(first.followupMs);
      }),
      { numRuns: 1_000 },
    );
  });
});
