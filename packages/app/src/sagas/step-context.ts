import { stepKey, type HeldSaga, type SagaTask } from '@eros/domain';
import { withSignal } from '../lazy-signal.js';
import type { StepContext } from './definition.js';

type Try = Extract<SagaTask, { type: 'execute' | 'undo' }>;

/** What the work of one try is given. Its signal is `source`'s, when it is asked for. */
export function stepContext(
  { sagaId, state }: HeldSaga,
  { type, step, fence, attempt }: Try,
  source: { readonly signal: AbortSignal },
): StepContext<unknown> {
  const steps = 'steps' in state ? state.steps : [];
  const results = steps.flatMap((each) => ('result' in each ? [[each.step, each.result] as const] : []));
  const context = {
    sagaId,
    creatorId: state.creatorId,
    fence,
    attempt,
    input: copyOf(state.input),
    results: copyOf(Object.fromEntries(results)) as Record<string, unknown>,
    idempotencyKey: stepKey(type, sagaId, step),
  };
  return withSignal(context, source);
}

/** A step may change what it is given; the saga keeps its own. Both are JSON, and this is quicker than `structuredClone`. */
const copyOf = (json: unknown): unknown => JSON.parse(JSON.stringify(json));
