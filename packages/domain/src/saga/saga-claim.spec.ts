import { decideSagaClaim } from './saga-claim.js';
import type { SagaEvent } from './saga-event.js';
import { decideSagaRequest } from './saga-request.js';
import { evolve, replay, type SagaState } from './saga-state.js';
import { summarize } from './saga-summary.js';

const terms = { owner: 'w', leaseMs: 100, recoveriesMax: 2 };
const created: SagaEvent = { type: 'created', atMs: 0, creatorId: 'c', input: null };
const pending = replay([created]);
const completed = replay([
  created,
  { type: 'begun', atMs: 1 },
  { type: 'step_started', atMs: 1, step: 'a' },
  { type: 'step_ended', atMs: 2, step: 'a' },
  { type: 'completed', atMs: 2 },
]);

describe('a claim', () => {
  it.each<[string, SagaState, { owner: string; untilMs: number } | undefined, object]>([
    ['nobody holds it', pending, undefined, { type: 'claimed', epoch: 1, events: [{ isRecovery: false }] }],
    ['the lease is over', pending, { owner: 'x', untilMs: 50 }, { type: 'claimed', events: [{ isRecovery: true }] }],
    ['the lease lasts one more ms', pending, { owner: 'x', untilMs: 51 }, { type: 'refused', because: 'leased' }],
    ['it is terminal', completed, undefined, { type: 'refused', because: 'terminal' }],
  ])('when %s', (_, saga, lease, expected) => {
    expect(decideSagaClaim(saga, lease, terms, 50)).toMatchObject(expected);
  });

  it('parks a saga that loses its workers again and again, until an operator revives it', () => {
    let saga = pending;
    const claim = () => {
      const decision = decideSagaClaim(saga, { owner: 'x', untilMs: 0 }, terms, 50);
      if ('events' in decision) saga = decision.events.reduce(evolve, saga);
      return decision.type;
    };
    expect([claim(), claim(), claim(), claim()]).toEqual(['claimed', 'claimed', 'parked', 'refused']);
    expect(summarize(saga)).toMatchObject({ status: 'pending', stuck: 'recovered_too_often' });
    const revival = decideSagaRequest(saga, undefined, { type: 'revive', by: 'op', reason: 'mended' }, 60);
    expect(revival).toEqual({ type: 'accepted', events: [{ type: 'revived', atMs: 60, by: 'op', reason: 'mended' }] });
    if (revival.type === 'accepted') saga = revival.events.reduce(evolve, saga);
    const again = decideSagaRequest(saga, undefined, { type: 'revive', by: 'op', reason: 'again' }, 60);
    expect(again).toEqual({ type: 'refused', because: 'not_parked' });
    expect([claim(), claim(), claim()]).toEqual(['claimed', 'claimed', 'parked']);
  });

  it('counts anew whenever a try has ended: a long saga may lose a worker at each of its steps', () => {
    let saga = replay([created, { type: 'begun', atMs: 1 }, { type: 'step_started', atMs: 1, step: 's0' }]);
    const tell = (...events: SagaEvent[]) => void (saga = events.reduce(evolve, saga));
    const claim = () => {
      const decision = decideSagaClaim(saga, { owner: 'x', untilMs: 0 }, terms, 50);
      if ('events' in decision) tell(...decision.events);
      return decision.type;
    };
    for (let i = 0; i < 9; i += 1) {
      expect([claim(), claim()]).toEqual(['claimed', 'claimed']);
      const problem = { kind: 'error', name: 'Error', message: 'no' } as const;
      tell(
        i % 2 === 0
          ? { type: 'step_ended', atMs: 2, step: `s${i}` }
          : { type: 'step_tried', atMs: 2, step: `s${i}`, problem, retryAtMs: 3 },
      );
      expect(saga.recoveries).toBe(0);
      if (i % 2 === 1) tell({ type: 'step_ended', atMs: 2, step: `s${i}` });
      tell({ type: 'step_started', atMs: 2, step: `s${i + 1}` });
    }
    expect([claim(), claim(), claim()]).toEqual(['claimed', 'claimed', 'parked']);
  });

  it('never counts a saga that was handed back as a recovery', () => {
    let saga = pending;
    for (let i = 1; i <= 9; i += 1) {
      const decision = decideSagaClaim(saga, undefined, terms, 50);
      expect(decision).toMatchObject({ type: 'claimed', epoch: i });
      if ('events' in decision) saga = decision.events.reduce(evolve, saga);
    }
    expect(saga.recoveries).toBe(0);
  });
});
