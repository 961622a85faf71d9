import { textOfThrown } from '@eros/domain';

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with the shape of a definition, which may come from code that no compiler has seen: before anything reads it. */
export function definitionProblems(definition: unknown): string[] {
  if (!isObject(definition)) return ['it must be an object of name, version and steps'];
  const { steps } = definition;
  if (!Array.isArray(steps)) return ['steps must be a list'];
  return steps.flatMap((each: unknown, i) => {
    if (!isObject(each)) return [`steps[${i}] must be an object`];
    if (!('parallel' in each)) return stepProblems(each, `steps[${i}]`);
    if (!Array.isArray(each['parallel'])) return [`steps[${i}].parallel must be a list`];
    return each['parallel'].flatMap((member: unknown, j) => stepProblems(member, `steps[${i}].parallel[${j}]`));
  });
}

function stepProblems(step: unknown, place: string): string[] {
  if (!isObject(step)) return [`${place} must be an object`];
  if ('parallel' in step) return []; // a group in a group is told of by name
  const { name, execute, compensate, pivot, retry, compensation } = step;
  const subject = typeof name === 'string' ? `step "${name}"` : place;
  const rules: [boolean, string][] = [
    [typeof execute === 'function', 'execute must be a function'],
    [compensate === undefined || typeof compensate === 'function', 'compensate must be a function'],
    [pivot === undefined || typeof pivot === 'boolean', 'pivot must be true or false'],
    [retry === undefined || isObject(retry), 'retry must be an object'],
    [compensation === undefined || isObject(compensation), 'compensation must be an object'],
    [
      !isObject(compensation) || compensation['retry'] === undefined || isObject(compensation['retry']),
      'compensation.retry must be an object',
    ],
  ];
  return rules.flatMap(([holds, problem]) => (holds ? [] : [`${subject}: ${problem}`]));
}

/** The name of what cannot be run, as far as it has one. */
export const nameOfDefinition = (definition: unknown): string =>
  textOfThrown(isObject(definition) ? definition['name'] : definition);
