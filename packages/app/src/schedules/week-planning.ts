import { isErosError } from '@eros/domain';
import type { SagaDefinition, TransactionStep } from '../sagas/index.js';
import { composeWeek, type ComposedWeek } from './compose-week.js';
import { isHopeless, untilHopeless } from './hopeless.js';
import { hasMetMovedRotation } from './moved-rotation.js';
import { persistWeek, type PersistedWeek } from './persist-week.js';
import type { WeekPlanningPorts } from './week-planning-ports.js';
import type { WeekRequest } from './week-request.js';
import { withdrawWeek } from './withdraw-week.js';

/** Tries of composing for a caller who waits for the week, and for one that waits in line: the latter lasts over a minute's outage. */
const TRIES = { forCaller: 3, inLine: 12 };

/**
 * The saga that plans one week. `compose` reads and computes; `persist` writes template, items, follow-ups, decision,
 * prediction, rotation and log in one transaction with its journal entry. A crash at any point leaves a whole week or none.
 * Rolled back, `persist` takes all of that back; the week is as it was before.
 *
 * @param putInLineAgain puts a week in line once more whose rotation was moved while it was composed.
 */
export function weekPlanning(
  ports: WeekPlanningPorts,
  putInLineAgain: (request: WeekRequest) => Promise<void>,
): SagaDefinition<WeekRequest> {
  return {
    name: 'plan_week',
    version: 2,
    steps: [
      {
        name: 'compose',
        execute: ({ input, attempt }) =>
          untilHopeless(
            async () => asJson(await composeWeek(ports, input)),
            (error) => isEndOfComposing(error, input, attempt),
          ),
        // It has written nothing. But of a week in line nobody else sees to it that it is composed anew.
        compensate: async ({ input, sagaId }) => {
          if (input.inLine && (await hasMetMovedRotation(ports.sagaStore, sagaId))) await putInLineAgain(input);
        },
        retry: { attempts: TRIES.inLine, delayMs: 100 },
      },
      persisting(ports, ({ input, results, tx, sagaId }) => {
        const composed = results['compose'] as ComposedWeek;
        const { replaced } = results['persist'] as PersistedWeek;
        return untilHopeless(() => withdrawWeek(ports, { request: input, composed, replaced, sagaId }, tx));
      }),
    ],
  };
}

/** What the first release had, without undo: defined so that its sagas under way come to their end. */
export const firstWeekPlanning = (ports: WeekPlanningPorts): SagaDefinition<WeekRequest> => ({
  name: 'plan_week',
  version: 1,
  steps: [
    {
      name: 'compose',
      execute: ({ input }) => untilHopeless(async () => asJson(await composeWeek(ports, input))),
      retry: { attempts: 3, delayMs: 100 },
    },
    persisting(ports),
  ],
});

const persisting = (
  ports: WeekPlanningPorts,
  compensate?: TransactionStep<WeekRequest>['compensate'],
): TransactionStep<WeekRequest> => ({
  name: 'persist',
  kind: 'transaction',
  execute: ({ input, results, tx, sagaId }) =>
    untilHopeless(async () => asJson(await persistWeek(ports, input, results['compose'] as ComposedWeek, sagaId, tx))),
  // A transaction is cut off after its time limit, which a machine that is busy with other things may exceed.
  ...(compensate ? { compensate } : {}),
  retry: { attempts: 6, delayMs: 100 },
});

/** A caller is told soon; a week in line waits until what fails may have come back, as a breaker does. */
function isEndOfComposing(error: unknown, { inLine }: WeekRequest, attempt: number): boolean {
  if (inLine) return isHopeless(error) && !isErosError(error, 'circuit_open');
  return isHopeless(error) || attempt >= TRIES.forCaller;
}

/** Without the fields that are `undefined`, which JSON does not know: as the journal keeps it, and gives it back. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
