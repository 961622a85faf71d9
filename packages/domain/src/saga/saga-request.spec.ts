import type { SagaEvent } from './saga-event.js';
import { outlineOf } from './saga-outline.js';
import { decideSagaRequest, type SagaRequest } from './saga-request.js';
import { evolve, replay } from './saga-state.js';
import { summarize } from './saga-summary.js';
import { decide } from './saga.js';

const outline = outlineOf({
  ...{ name: 'any', version: 1 },
  steps: [
    { name: 'a', undo: {} },
    { name: 'p', pivot: true, onExhausted: 'park' },
    { name: 'z', onExhausted: 'park' },
  ],
});
const problem = { kind: 'error', name: 'Error', message: 'no' } as const;
const begun = [
  { type: 'created', atMs: 0, creatorId: 'c', input: null },
  { type: 'begun', atMs: 1 },
  { type: 'step_started', atMs: 1, step: 'a' },
  { type: 'step_ended', atMs: 2, step: 'a' },
] satisfies SagaEvent[];
const parkedAtPivot: SagaEvent[] = [
  ...begun,
  { type: 'step_started', atMs: 2, step: 'p', isPivot: true },
  { type: 'step_failed', atMs: 3, step: 'p', problem },
  { type: 'parked', atMs: 3, reason: 'step_exhausted' },
];
const asked = (type: 'cancel' | 'roll_back', by: string): SagaRequest => ({ type, by, reason: 'test' });
const requested = (action: 'cancel' | 'roll_back', by: string): SagaEvent => ({
  ...{ type: 'requested', atMs: 4, action, by, reason: 'test' },
});

describe('the wishes of operators', () => {
  it.each([
    ['cancel', 'roll_back', 'roll_back', 'second'],
    ['roll_back', 'cancel', 'roll_back', 'first'],
    ['cancel', 'cancel', 'cancel', 'first'],
    ['roll_back', 'roll_back', 'roll_back', 'first'],
  ] as const)('that follow each other: %s, then %s is %s', (one, other, action, by) => {
    const saga = replay([...parkedAtPivot, requested(one, 'first')]);
    const decision = decideSagaRequest(saga, undefined, asked(other, 'second'), 5);
    if (decision.type === 'refused') throw new Error(decision.because);
    const after = decision.events.reduce(evolve, saga);
    expect(after.request).toMatchObject({ action, by });
    expect(summarize(after).requested).toBe(action);
  });

  it('to roll back are carried out, also when it was to be cancelled before, past a pivot that was skipped', () => {
    const skipped: SagaEvent = { type: 'step_skipped', atMs: 4, step: 'p', by: 'op', reason: 'test' };
    // As in a journal of an older version, in which a cancellation was accepted here.
    const saga = replay([...parkedAtPivot, skipped, requested('cancel', 'first'), requested('roll_back', 'second')]);
    const events = decide({ type: 'go_on', atMs: 5 }, saga, outline);
    expect(events.map(({ type }) => type)).toEqual(['compensation_started', 'undo_started']);
  });

  it('to cancel are refused at once when the pivot has ended, or was skipped', () => {
    const skipped = replay([...parkedAtPivot, { type: 'step_skipped', atMs: 4, step: 'p', by: 'op', reason: 'test' }]);
    const ended = replay([
      ...begun,
      { type: 'step_started', atMs: 2, step: 'p', isPivot: true },
      { type: 'step_ended', atMs: 3, step: 'p', isPivot: true },
    ]);
    const endedLongAgo = replay([
      ...begun,
      { type: 'step_started', atMs: 2, step: 'p' },
      { type: 'step_ended', atMs: 3, step: 'p', isPivot: true },
    ]);
    for (const saga of [skipped, ended, endedLongAgo]) {
      const decision = decideSagaRequest(saga, undefined, asked('cancel', 'op'), 5);
      expect(decision).toEqual({ type: 'refused', because: 'past_pivot' });
    }
    const open = replay(parkedAtPivot.slice(0, -2));
    expect(decideSagaRequest(open, undefined, asked('cancel', 'op'), 5).type).toBe('accepted');
    expect(decideSagaRequest(replay(parkedAtPivot), undefined, asked('cancel', 'op'), 5).type).toBe('accepted');
  });

  it('find the pivot in the journal, which says of its start and its end that they are the pivot’s', () => {
    const saga = replay(begun.slice(0, 3));
    const end = { type: 'end_step', atMs: 2, step: 'a' } as const;
    expect(decide(end, saga, outline)).toEqual([
      { type: 'step_ended', atMs: 2, step: 'a' },
      { type: 'step_started', atMs: 2, step: 'p', isPivot: true },
    ]);
  });
});
