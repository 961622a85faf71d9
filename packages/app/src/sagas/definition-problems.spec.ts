import { isErosError } from '@eros/domain';
import { outlineOfDefinition, type SagaDefinition } from './definition.js';

const execute = async (): Promise<void> => undefined;
/** From code that no compiler has seen. */
const problemsOf = (definition: object): string => {
  try {
    outlineOfDefinition(definition as SagaDefinition<unknown>);
    return 'none';
  } catch (error) {
    return isErosError(error, 'invalid_definition') ? error.message : `another error: ${String(error)}`;
  }
};
const of = (...steps: unknown[]): object => ({ name: 'any', version: 1, steps });

describe('a definition that cannot be run', () => {
  it.each<[string, object, string]>([
    ['nothing', {}, 'saga "undefined" cannot be run: steps must be a list'],
    ['a text for its steps', { name: 'any', version: 1, steps: 'x' }, 'steps must be a list'],
    ['a list', [], 'it must be an object'],
    ['a step that is null', of(null), 'steps[0] must be an object'],
    ['a step that is a function', of({ name: 'a', execute }, execute), 'steps[1] must be an object'],
    ['a group that is none', of({ parallel: { name: 'a', execute } }), 'steps[0].parallel must be a list'],
    ['a member that is none', of({ parallel: [{ name: 'a', execute }, 1] }), 'steps[0].parallel[1] must be an object'],
    ['a misspelt execute', of({ name: 'pay', exectue: execute }), 'step "pay": execute must be a function'],
    ['a step without a name', of({ execute }), 'name must be a text'],
    ['a step without anything', of({}), 'steps[0]: execute must be a function'],
    ['an undo that is a text', of({ name: 'a', execute, compensate: 'x' }), 'step "a": compensate must be a function'],
    ['no undo but null', of({ name: 'a', execute, compensate: null }), 'step "a": compensate must be a function'],
    ['a pivot that is a text', of({ name: 'a', execute, pivot: 'yes' }), 'step "a": pivot must be true or false'],
    ['no retry but null', of({ name: 'a', execute, retry: null }), 'step "a": retry must be an object'],
    ['a compensation that is a number', of({ name: 'a', execute, compensation: 5 }), 'compensation must be an object'],
    [
      'an undo’s retry that is a number',
      of({ name: 'a', execute, compensation: { retry: 5 } }),
      'step "a": compensation.retry must be an object',
    ],
    [
      'a jitter that is a text',
      of({ name: 'a', execute, retry: { jitter: '0.5' } }),
      'retry.jitter must be from 0 to 1',
    ],
    ['a kind of its own', of({ name: 'a', execute, kind: 'read' }), 'kind must be "effect" or "transaction"'],
    [
      'an end of its own',
      of({ name: 'a', execute, onExhausted: 'stop' }),
      'onExhausted must be "compensate" or "park"',
    ],
    ['a group in a group', of({ parallel: [{ parallel: [] }] }), 'a parallel group may not hold another one'],
    ['a colon in a name', of({ name: 'pay:undo', execute }), 'name must be without a colon'],
  ])('is refused as such, before anything is done: %s', (_, definition, problem) => {
    expect(problemsOf(definition)).toContain(problem);
    expect(problemsOf(definition)).not.toContain('another error');
  });

  it('is told of with all its problems at once', () => {
    const problems = problemsOf(of({ name: 'a' }, { name: 'b', execute, compensate: 1, pivot: 0 }));
    expect(problems.split('; ')).toHaveLength(3);
  });
});
