import type { SagaDetailView, SagaStuckAt, SagaView } from '@eros/app';
import { displayWidth } from './display-width.js';
import { formatDuration, NOTHING } from './format.js';
import { drawTimeline } from './saga-timeline.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';
import { visible } from './visible.js';

type Paper = Pick<Terminal, 'columns' | 'colours'>;

/** A row for each saga, errors below it. Ids are shown whole: they are there to be copied. */
export function formatSagas(sagas: readonly SagaView[], { columns, colours }: Paper): string {
  if (sagas.length === 0) return 'No saga like that.';
  return formatTable(
    [
      { title: 'id', givesWay: true, leastWidth: Math.max(...sagas.map(({ sagaId }) => displayWidth(sagaId))) },
      { title: 'name' },
      { title: 'status' },
      { title: 'begun, UTC' },
      { title: 'took', align: 'right' },
    ],
    sagas.map((saga) => [
      saga.errorMessage === undefined ? saga.sagaId : `${saga.sagaId}\n  ${visible(saga.errorMessage)}`,
      saga.name,
      saga.stuck ? colours.red(standing(saga)) : standing(saga),
      saga.startedAt.toISOString().slice(5, 16).replace('T', ' '),
      saga.executionTimeMs === undefined ? NOTHING : formatDuration(saga.executionTimeMs),
    ]),
    columns,
  );
}

/** The status, and what stands beside it. Nobody here can take up what is unclaimed. */
function standing({ status, stuck, requested, unclaimed }: SagaView): string {
  const wish = requested === undefined ? [] : [requested === 'cancel' ? 'to be cancelled' : 'to be rolled back'];
  return [status, ...(stuck ? ['stuck'] : []), ...wish, ...(unclaimed ? ['unclaimed'] : [])].join(', ');
}

/** One saga: what ran when, then its journal, oldest first. */
export function formatSaga(saga: SagaDetailView, { columns, colours }: Paper): string {
  const { sagaId, name, version, creatorId, stuck, stuckReason, failedStep, errorMessage } = saga;
  const head = `${sagaId}: ${name} ${version} of ${creatorId}, ${standing(saga)}${stuck ? ` (${stuckReason ?? 'unknown'})` : ''}`;
  const where = failedStep === undefined ? '' : `failed at ${failedStep}: `;
  const problem = errorMessage === undefined ? [] : [visible(`${where}${errorMessage}`)];
  const advice = saga.stuckAt === undefined ? [] : adviceOn(sagaId, saga.stuckAt);
  const drawn = drawTimeline(saga.timeline, columns);
  const journal = formatTable(
    [{ title: '#', align: 'right' }, { title: 'at' }, { title: 'what' }, { title: 'facts', givesWay: true }],
    saga.timeline.map(({ seq, at, type, ...facts }) => [String(seq), at.toISOString(), type, factsOf(facts)]),
    columns,
  );
  return [colours.bold(head), ...problem, ...advice, '', ...(drawn === '' ? [] : [drawn, '']), journal].join('\n');
}

/** What an operator can do, command by command, none that would be refused. */
function adviceOn(sagaId: string, { type, steps, isCancellable }: SagaStuckAt): string[] {
  const command = (name: string) => `  eros sagas ${name} --by NAME --reason TEXT`;
  const retries = steps.map((step) => command(`retry ${sagaId} --step ${step}`));
  const at = `${type === 'undo' ? 'the undo of ' : ''}${steps.join(' and ')}`;
  return [
    ...(steps.length > 0 ? [`stuck at ${at}: mend the cause, then retry, or skip what was done by hand:`] : []),
    ...retries,
    ...retries.map((retry) => retry.replace(' retry ', ' skip ')),
    ...(steps.length > 0 ? ['or give everything fresh tries:'] : ['mend the cause, then give it fresh tries:']),
    command(`revive ${sagaId}`),
    ...(isCancellable ? ['or stop it, and undo what it did:', command(`cancel ${sagaId}`)] : []),
  ].map(visible);
}

/** Results can be long: --json has them whole. */
const factsOf = (facts: Readonly<Record<string, unknown>>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? visible(value) : JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 200);
