import type { SagaDetailView, SagaView } from '@eros/app';
import { formatDuration, NOTHING } from './format.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

type Paper = Pick<Terminal, 'columns' | 'colours'>;

/** A row for each saga, errors below it. Ids are shown whole: they are there to be copied. */
export function formatSagas(sagas: readonly SagaView[], { columns, colours }: Paper): string {
  if (sagas.length === 0) return 'No saga like that.';
  return formatTable(
    [
      { title: 'id', givesWay: true },
      { title: 'name' },
      { title: 'status' },
      { title: 'begun, UTC' },
      { title: 'took', align: 'right' },
    ],
    sagas.map((saga) => [
      saga.errorMessage === undefined ? saga.sagaId : `${saga.sagaId}\n  ${saga.errorMessage}`,
      saga.name,
      saga.stuck ? colours.red(`${saga.status}, stuck`) : saga.status,
      saga.startedAt.toISOString().slice(5, 16).replace('T', ' '),
      saga.executionTimeMs === undefined ? NOTHING : formatDuration(saga.executionTimeMs),
    ]),
    columns,
  );
}

/** One saga and its journal, oldest first. */
export function formatSaga(saga: SagaDetailView, { columns, colours }: Paper): string {
  const { sagaId, name, version, creatorId, status, stuck, stuckReason, failedStep, errorMessage } = saga;
  const head = `${sagaId}: ${name} ${version} of ${creatorId}, ${status}${stuck ? `, stuck (${stuckReason ?? 'unknown'})` : ''}`;
  const problem = errorMessage === undefined ? [] : [`failed at ${failedStep ?? 'its deadline'}: ${errorMessage}`];
  const advice = stuck ? [`\`eros sagas revive ${sagaId} --by NAME --reason TEXT\` gives it fresh tries`] : [];
  const journal = formatTable(
    [{ title: '#', align: 'right' }, { title: 'at' }, { title: 'what' }, { title: 'facts', givesWay: true }],
    saga.timeline.map(({ seq, at, type, ...facts }) => [String(seq), at.toISOString(), type, factsOf(facts)]),
    columns,
  );
  return [colours.bold(head), ...problem, ...advice, '', journal].join('\n');
}

/** Results can be long: --json has them whole. */
const factsOf = (facts: Readonly<Record<string, unknown>>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 200);
