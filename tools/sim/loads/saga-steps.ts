import type { Engine } from '../engine.js';
import type { SagaDefinition, SagaStep, StepContext, TransactionContext } from '../engine-parts.js';
import type { SimulatedDefinition, SimulatedStep } from '../definitions.js';
import { BusinessError } from '../outside.js';

/** A definition whose steps do what chance has in mind for them, in this process. */
export function definitionFor(
  engine: Engine,
  { name, timeoutMs, steps }: SimulatedDefinition,
): SagaDefinition<unknown> {
  const places = [...new Set(steps.map(({ place }) => place))];
  return {
    name,
    version: 1,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    steps: places.map((at) => {
      const [first, ...others] = steps.filter(({ place }) => place === at).map((step) => stepFor(engine, step));
      if (!first) throw new Error('bug: a place without a step');
      return others.length === 0 ? first : { parallel: [first, ...others] };
    }),
  };
}

function stepFor(engine: Engine, step: SimulatedStep): SagaStep<unknown> {
  const options = {
    name: step.name,
    pivot: step.isPivot,
    retry: { attempts: step.attempts, delayMs: step.delayMs },
    timeoutMs: step.timeoutMs,
    onExhausted: step.onExhausted,
    compensation: { retry: { attempts: step.undoAttempts, delayMs: step.delayMs }, timeoutMs: step.timeoutMs },
  };
  if (step.kind === 'transaction') {
    return {
      ...options,
      kind: 'transaction',
      execute: (context: TransactionContext<unknown>) => writes(engine, step, 'execute', context),
      ...(step.hasUndo
        ? { compensate: (context: TransactionContext<unknown>) => writes(engine, step, 'undo', context) }
        : {}),
    };
  }
  return {
    ...options,
    execute: (context) => acts(engine, step, 'execute', context),
    ...(step.hasUndo ? { compensate: (context) => acts(engine, step, 'undo', context) } : {}),
  };
}

type Kind = 'execute' | 'undo';

export const thingOf = (sagaId: string, step: string): string => `${sagaId}/${step}`;

/** Outside of the database: the request may arrive though nobody learns of it. */
async function acts(engine: Engine, step: SimulatedStep, kind: Kind, context: StepContext<unknown>): Promise<unknown> {
  const { world, process } = engine;
  const thing = thingOf(context.sagaId, step.name);
  const turn = begin(engine, step, kind, context);
  await process.wait(turn === 'slow' ? step.timeoutMs + 200 : world.outside.workMs());
  checkSignal(engine, context);
  if (turn === 'throws') throw new BusinessError(`${kind} ${thing} failed`, false);
  if (turn === 'gives up') throw new BusinessError(`${kind} ${thing} failed for good`, true);
  while (turn === 'hangs' && !world.isCalm) await process.wait(1_000);
  await world.outside.apply(process, thing, context.fence, kind === 'execute');
  if (turn === 'throws late') throw new BusinessError(`${kind} ${thing} failed after its effect`, false);
  return kind === 'execute' ? { by: context.fence } : undefined;
}

/** In the database, together with the journal. */
async function writes(
  engine: Engine,
  step: SimulatedStep,
  kind: Kind,
  context: TransactionContext<unknown>,
): Promise<unknown> {
  const { world, process, stores } = engine;
  const thing = thingOf(context.sagaId, step.name);
  const turn = begin(engine, step, kind, context);
  if (turn === 'throws') throw new BusinessError(`${kind} ${thing} failed`, false);
  await stores.effects.add({ what: kind === 'undo' ? `undo ${thing}` : thing, value: context.fence }, context.tx);
  await process.wait(turn === 'slow' || turn === 'hangs' ? 2_000 : world.outside.workMs());
  if (turn === 'throws late') throw new BusinessError(`${kind} ${thing} failed after its write`, false);
  return kind === 'execute' ? { by: context.fence } : undefined;
}

function begin(
  { world, node }: Engine,
  step: SimulatedStep,
  kind: Kind,
  { sagaId, fence, attempt }: StepContext<unknown>,
) {
  const turn = world.outside.turn();
  world.trace.note(node, `${kind} ${thingOf(sagaId, step.name)}, fence ${fence}, attempt ${attempt}:`, turn);
  world.sagas.begins(kind, sagaId, step.name, fence, node);
  const most = kind === 'undo' ? step.undoAttempts : step.attempts;
  world.demand(attempt <= most, 'nothing is tried more often than declared', sagaId, step.name, attempt);
  return turn;
}

function checkSignal({ world, process }: Engine, { sagaId, fence, signal }: StepContext<unknown>): void {
  if (!signal.aborted && !process.isPaused) world.sagas.works(sagaId, fence);
}
