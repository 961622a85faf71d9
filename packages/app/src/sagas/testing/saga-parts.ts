import { isErosError } from '@eros/domain';
import type { SagaDefinition, SagaStep, StepContext } from '../definition.js';

/** The code of the error that the work ends with. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isErosError(error) ? error.code : String(error)),
  );
export const never = (): Promise<never> => new Promise(() => undefined);
/** Work that the test ends, and that tells how often it was begun. */
export function gate() {
  const opened: ((value?: unknown) => void)[] = [];
  const contexts: StepContext<unknown>[] = [];
  const work = (context: StepContext<unknown>): Promise<unknown> => {
    contexts.push(context);
    return new Promise((resolve) => opened.push(resolve));
  };
  return { work, contexts, open: (value?: unknown) => opened.splice(0).forEach((resolve) => resolve(value)) };
}
/** A definition of these steps. */
export const of = (...steps: SagaStep<unknown>[]): SagaDefinition<unknown> => ({ name: 'any', version: 1, steps });
export const nothing = async (): Promise<void> => undefined;
export const request = (sagaId: string, input: unknown = null) => ({ creatorId: 'c', sagaId, input });
