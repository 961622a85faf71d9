import {
  InvalidResultError,
  InvalidSettingsError,
  resultJson,
  SagaFailedError,
  summarizeSaga,
  type SagaState,
} from '@eros/domain';
import type { CompletedSaga } from './saga.js';

/** The input as every worker will read it. Nothing is null. */
export function inputOf(name: string, given: unknown): unknown {
  try {
    return JSON.parse(resultJson(`saga ${name}`, given === undefined ? null : given)) as unknown;
  } catch (error) {
    if (!(error instanceof InvalidResultError)) throw error;
    throw new InvalidSettingsError(error.path.replace(/^result/, 'input'), error.problem, 'JSON of at most 1 MB');
  }
}

/**
 * What a saga that has ended came to.
 *
 * @throws {SagaFailedError} unless it is completed.
 */
export function completed(sagaId: string, state: SagaState, cause?: { readonly error: unknown }): CompletedSaga {
  const { status, stuck, failedStep, errorMessage = 'unknown', executionTimeMs = 0 } = summarizeSaga(state);
  if (state.status !== 'completed') {
    const options = cause && { cause: cause.error };
    throw new SagaFailedError(sagaId, status, stuck !== undefined, failedStep, errorMessage, options);
  }
  const results = state.steps.flatMap((each) => ('result' in each ? [[each.step, each.result] as const] : []));
  return { sagaId, results: Object.fromEntries(results), executionTimeMs };
}
