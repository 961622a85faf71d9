import fc from 'fast-check';
import { outlineOf, type StepDraft } from './saga-outline.js';
import { decideSagaRequest, type SagaRequest } from './saga-request.js';
import { isTerminal, replay } from './saga-state.js';
import { resume } from './saga.js';
import { Onlooker, TIMEOUT_MS, type Plan, type Try } from './testing/saga-onlooker.js';
import { SagaWorker, type Outcome } from './testing/saga-worker.js';

const anyStep = fc.record({
  kind: fc.constantFrom('effect' as const, 'transaction' as const),
  attempts: fc.integer({ min: 1, max: 3 }),
  undoAttempts: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined, freq: 4 }),
  onExhausted: fc.constantFrom('compensate' as const, 'compensate' as const, 'park' as const),
});

const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    stages: fc.array(fc.array(anyStep, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    pivot: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    hasDeadline: fc.boolean(),
  })
  .map(({ stages, pivot, hasDeadline }) => {
    const drafts = stages.map((members, i) =>
      members.map(({ kind, attempts, undoAttempts, onExhausted }, j): StepDraft => {
        const undo = undoAttempts === undefined ? {} : { undo: { retry: { attempts: undoAttempts, delayMs: 100 } } };
        const isPivot = i === pivot && members.length === 1;
        return {
          name: `s${i}${'abc'[j]}`,
          kind,
          onExhausted,
          pivot: isPivot,
          retry: { attempts, delayMs: 100 },
          ...undo,
        };
      }),
    );
    const steps = drafts.map((members) => {
      const [only] = members;
      return members.length === 1 && only ? only : { parallel: members };
    });
    const timeout = hasDeadline ? { timeoutMs: TIMEOUT_MS } : {};
    return {
      stages: drafts.map((members) => members.map(({ name }) => name)),
      outline: outlineOf({ name: 'any', version: 1, ...timeout, steps }),
    };
  });

type Command = fc.Command<Onlooker, SagaWorker>;

class Work implements Command {
  check = () => true;
  run = (_: Onlooker, world: SagaWorker) => void world.work();
  toString = () => 'work';
}

class Answer implements Command {
  constructor(
    private readonly pick: number,
    private readonly outcome: Outcome,
  ) {}
  check = ({ out }: Onlooker) => out.length > 0;
  run = ({ out }: Onlooker, world: SagaWorker) => world.answer(out[this.pick % out.length] as Try, this.outcome);
  toString = () => `answer #${this.pick} ${this.outcome}`;
}

class Wait implements Command {
  constructor(private readonly ms: number) {}
  check = () => true;
  run = (seen: Onlooker) => void (seen.nowMs += this.ms);
  toString = () => `wait ${this.ms} ms`;
}

/** Everything in memory is gone, and another worker claims what the journal tells; or the worker hands it back. */
class Crash implements Command {
  constructor(private readonly isRecovery: boolean) {}
  check = ({ isHeld }: Onlooker) => isHeld;
  run = (seen: Onlooker, world: SagaWorker) => {
    seen.out.length = 0;
    seen.isHeld = false;
    world.saga = replay(world.journal);
    world.claim(this.isRecovery);
  };
  toString = () => (this.isRecovery ? 'crash' : 'hand back');
}

class Ask implements Command {
  constructor(
    private readonly type: SagaRequest['type'],
    private readonly pick: number,
  ) {}
  check = () => true;
  run = (seen: Onlooker, world: SagaWorker) => {
    const why = { by: 'op', reason: 'asked' };
    const names = [...seen.parkedAt(), 's0a', 'unknown'];
    const step = names[this.pick % names.length] as string;
    const type = this.type;
    const request: SagaRequest =
      type === 'retry_step' || type === 'skip_step' ? { type, step, ...why } : { type, ...why };
    const lease = seen.isHeld ? { owner: 'w', untilMs: seen.nowMs + 1 } : undefined;
    const isExpected = seen.expects(request);
    const decision = decideSagaRequest(world.saga, lease, request, seen.nowMs);
    expect(decision.type).toBe(isExpected ? 'accepted' : 'refused');
    if (decision.type === 'accepted') world.commit(decision.events);
  };
  toString = () => `${this.type} #${this.pick}`;
}

const anyScript = fc.commands(
  [
    fc.constant(new Work()),
    fc.constant(new Work()),
    fc
      .tuple(fc.nat({ max: 2 }), fc.constantFrom<Outcome[]>('ok', 'ok', 'ok', 'error', 'final_error', 'timeout'))
      .map(([pick, outcome]) => new Answer(pick, outcome)),
    fc.constantFrom(1, 99, 100, 250, 999).map((ms) => new Wait(ms)),
    fc.boolean().map((isRecovery) => new Crash(isRecovery)),
    fc
      .tuple(
        fc.constantFrom<SagaRequest['type'][]>('revive', 'retry_step', 'skip_step', 'cancel', 'roll_back'),
        fc.nat({ max: 4 }),
      )
      .map(([type, pick]) => new Ask(type, pick)),
  ],
  { size: '+1' },
);

describe('a saga', () => {
  it('does what an onlooker expects, whatever fails, whenever its worker dies and whatever operators ask', () => {
    const property = fc.property(anyPlan, anyScript, (plan, script) => {
      const model = new Onlooker(plan);
      const real = new SagaWorker(plan, model);
      fc.modelRun(() => ({ model, real }), script);
      // From here on everything goes well: it ends, or waits for an operator.
      for (let moves = 0; model.parked === undefined && !(isTerminal(real.saga) && !real.saga.request); moves += 1) {
        if (moves > 400) throw new Error('the saga does not end');
        const isBusy = real.work();
        const [first] = model.out;
        if (first) real.answer(first, 'ok');
        else if (!isBusy) model.nowMs += 100;
      }
      expect(resume(real.saga, plan.outline, model.nowMs)).toEqual([]);
      expect(replay(real.journal)).toEqual(real.saga);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('needs n + 2 commits for n steps, in sequence or side by side', () => {
    for (let n = 1; n <= 8; n += 1) {
      const names = Array.from({ length: n }, (_, i) => `s${i}`);
      const steps = names.map((name) => ({ name }));
      const plans: Plan[] = [
        { stages: names.map((name) => [name]), outline: outlineOf({ name: 'any', version: 1, steps }) },
        { stages: [names], outline: outlineOf({ name: 'any', version: 1, steps: [{ parallel: steps }] }) },
      ];
      for (const plan of plans) {
        const model = new Onlooker(plan);
        const real = new SagaWorker(plan, model);
        let commits = 1; // created and claimed
        const commit = real.commit.bind(real);
        real.commit = (events) => {
          commits += 1;
          commit(events);
        };
        while (!isTerminal(real.saga)) {
          real.work();
          for (const task of [...model.out]) real.answer(task, 'ok');
        }
        expect(real.saga.status).toBe('completed');
        expect(commits).toBe(n + 2);
      }
    }
  });
});
