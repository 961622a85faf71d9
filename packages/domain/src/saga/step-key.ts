const UNDO = 'undo';

/**
 * The idempotency key of a step, or of its undo: the same for every try. No two of all sagas share one, whatever the ids of the sagas
 * are, since no step has a colon in its name or is named `undo`.
 */
export const stepKey = (type: 'execute' | 'undo', sagaId: string, step: string): string =>
  type === 'undo' ? `${sagaId}:${step}:${UNDO}` : `${sagaId}:${step}`;

/** What is wrong with the name of a step, given that it is a text; empty when nothing is. */
export const stepNameProblems = (name: string): string[] => [
  ...(name.includes(':') ? ['name must be without a colon, which parts the idempotency key'] : []),
  ...(name === UNDO ? [`name must be another one than "${UNDO}", which ends the idempotency keys of undos`] : []),
];
