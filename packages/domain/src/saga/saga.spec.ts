import fc from 'fast-check';
import type { SagaEvent, SagaProblem } from './saga-event.js';
import { outlineOf, type SagaOutline } from './saga-outline.js';
import { decide, resume, type SagaCommand } from './saga.js';
import { evolve, replay } from './saga-state.js';
import { summarize } from './saga-summary.js';

const step = (name: string, more: object = {}) => ({ name, undo: {}, ...more });
const problem: SagaProblem = { kind: 'error', name: 'Error', message: 'no' };
const created: SagaEvent = { type: 'created', atMs: 0, creatorId: 'c', input: null };

describe('the decisions of a saga', () => {
  const types = (events: readonly SagaEvent[]) =>
    events.map((e) => ('step' in e && e.step ? `${e.type} ${e.step}` : e.type));
  const after = (outline: SagaOutline, ...commands: SagaCommand[]) =>
    commands.reduce((saga, command) => decide(command, saga, outline).reduce(evolve, saga), replay([created]));
  const begin: SagaCommand = { type: 'begin', atMs: 0 };
  const end = (name: string, atMs = 0): SagaCommand => ({ type: 'end_step', atMs, step: name });
  const fail = (name: string, atMs = 0, more: Partial<SagaProblem> = {}): SagaCommand => ({
    ...{ type: 'fail_step', atMs, step: name, chance: 0.5 },
    problem: { ...problem, ...more },
  });

  it('waits longer after each try, less what chance takes away, and keeps the wait in the journal', () => {
    const outline = outlineOf({
      ...{ name: 'any', version: 1 },
      steps: [step('a', { retry: { attempts: 4, delayMs: 100, factor: 3, maxDelayMs: 500, jitter: 0.2 } })],
    });
    let saga = after(outline, begin);
    const waits = [100, 300, 500].map((grownMs) => {
      const [tried] = decide(fail('a', 7), saga, outline);
      saga = evolve(saga, tried as SagaEvent);
      expect(tried).toMatchObject({ type: 'step_tried', retryAtMs: 7 + grownMs * 0.9 });
      return resume(saga, outline, 7)[0];
    });
    expect(waits).toMatchObject([
      { attempt: 2, notBeforeMs: 97 },
      { attempt: 3, notBeforeMs: 277 },
      { attempt: 4, notBeforeMs: 457 },
    ]);
    expect(types(decide(fail('a', 7), saga, outline))).toEqual([
      'step_failed a',
      'compensation_started',
      'undo_started a',
    ]);
  });

  it('undoes what its deadline finds unfinished, at the very instant', () => {
    const outline = outlineOf({ name: 'any', version: 1, timeoutMs: 50, steps: [step('a'), step('b')] });
    const running = after(outline, begin);
    expect(resume(running, outline, 49)).toMatchObject([{ type: 'execute', step: 'a', deadlineMs: 50 }]);
    expect(resume(running, outline, 50)).toEqual([{ type: 'expire' }]);
    expect(types(decide({ type: 'expire', atMs: 50 }, running, outline))).toEqual([
      ...['compensation_started', 'step_aborted a', 'undo_started a'],
    ]);
    expect(summarize(after(outline, begin, { type: 'expire', atMs: 50 }))).toMatchObject({ failedStep: 'a' });
    // Between two steps: no step has failed.
    expect(types(decide(end('a', 49), running, outline))).toEqual(['step_ended a', 'step_started b']);
    const late = after(outline, begin, end('a', 50));
    expect(late.status).toBe('compensating');
    expect(summarize(late)).not.toHaveProperty('failedStep');
    // Late, but done: there is nothing to gain by undoing everything.
    expect(after(outline, begin, end('a', 49), end('b', 60)).status).toBe('completed');
  });

  it('does not wait for a try that the deadline would forbid', () => {
    const retry = { attempts: 9, delayMs: 10, jitter: 0 };
    const outline = outlineOf({ name: 'any', version: 1, timeoutMs: 50, steps: [step('a', { retry })] });
    expect(types(decide(fail('a', 39), after(outline, begin), outline))).toEqual(['step_tried a']);
    expect(types(decide(fail('a', 40), after(outline, begin), outline)).slice(0, 2)).toEqual([
      'step_failed a',
      'compensation_started',
    ]);
  });

  it('only goes forward after the pivot, without a deadline', () => {
    const outline = outlineOf({
      name: 'any',
      version: 1,
      timeoutMs: 50,
      steps: [step('a'), step('p', { pivot: true }), step('b')],
    });
    const past = after(outline, begin, end('a'), end('p', 49));
    expect(resume(past, outline, 9_999)).toEqual([
      { type: 'execute', step: 'b', attempt: 1, fence: expect.any(Number), notBeforeMs: 0 },
    ]);
    expect(types(decide(fail('b', 9_999), past, outline))).toEqual(['step_failed b', 'parked']);
    expect(types(decide(fail('p'), after(outline, begin, end('a')), outline))).toEqual([
      ...['step_failed p', 'compensation_started', 'undo_started p'],
    ]);
  });

  it('does not undo a transaction that did not end, and undoes an effect that failed', () => {
    const outline = outlineOf({
      name: 'any',
      version: 1,
      steps: [step('t1', { kind: 'transaction' }), step('t2', { kind: 'transaction' })],
    });
    expect(types(decide(fail('t2'), after(outline, begin, end('t1')), outline))).toEqual([
      ...['step_failed t2', 'compensation_started', 'undo_started t1'],
    ]);
    const effects = outlineOf({ name: 'any', version: 1, steps: [step('e1'), { name: 'read' }, step('e2')] });
    const back = after(effects, begin, end('e1'), end('read'), fail('e2'));
    expect(resume(back, effects, 0)).toMatchObject([{ type: 'undo', step: 'e2' }]);
    expect(types(decide({ type: 'end_undo', atMs: 0, step: 'e2' }, back, effects))).toEqual([
      'undo_ended e2',
      'undo_started e1',
    ]);
  });

  it('gives up trying at once when an error says that it is final', () => {
    const outline = outlineOf({ name: 'any', version: 1, steps: [{ name: 'a', retry: { attempts: 9 } }] });
    expect(types(decide(fail('a', 0, { isTerminal: true }), after(outline, begin), outline))).toEqual([
      ...['step_failed a', 'compensation_started', 'failed'],
    ]);
  });

  it('refuses to be told of a step that is not running', () => {
    const outline = outlineOf({ name: 'any', version: 1, steps: [step('a'), step('b')] });
    expect(() => decide(end('b'), after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide(fail('b'), after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide({ type: 'end_undo', atMs: 0, step: 'a' }, after(outline, begin), outline)).toThrow('bug:');
    expect(() => decide(begin, after(outline, begin), outline)).toThrow('bug:');
  });

  it('takes what is late for late ever after: two instants that agree have none between them that does not', () => {
    const outline = outlineOf({
      ...{ name: 'any', version: 1, timeoutMs: 500 },
      steps: [step('a', { retry: { attempts: 3, delayMs: 200, factor: 2, maxDelayMs: 500, jitter: 0.5 } }), step('b')],
    });
    const command = fc.constantFrom(end('a'), fail('a'), fail('a', 0, { kind: 'deadline' }));
    const instants = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(command, fc.nat(2), instants, (told, failures, given) => {
        const saga = after(outline, begin, ...Array.from({ length: failures }, () => fail('a')));
        const [early, between, late] = [...given]
          .sort((a, b) => a - b)
          .map((atMs) => types(decide({ ...told, atMs }, saga, outline)));
        if (String(early) === String(late)) expect(between).toEqual(early);
      }),
    );
  });
});
