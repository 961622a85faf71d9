import { formatInstant } from '@eros/domain';
import { instant } from './moments.js';
import { timelessWrite, type SagaWrite } from './saga-statements.js';

describe('timelessWrite', () => {
  const from = Date.UTC(2026, 10, 23);
  const write = (atMs: number, more: Partial<SagaWrite> = {}): SagaWrite => ({
    events: [{ type: 'step_started', atMs, step: 'a' }],
    columns: {
      ...{ status: 'in_progress', stuck: 0, owner: null, started_at: instant(from - 70) },
      ...{ completed_at: instant(atMs), execution_time_ms: atMs - from + 70 },
    },
    ...more,
  });

  it('tells what grows with the time as its distance from now', () => {
    expect(timelessWrite(write, from, from + 1_000)).toEqual({
      entries: '[{"type":"step_started","step":"a"}]',
      columns: {
        ...{ status: 'in_progress', stuck: 0, owner: null, started_at: formatInstant(from - 70) },
        ...{ completed_at: { ms: 0, as: 'instant' }, execution_time_ms: { ms: 70 - from, as: 'number' } },
      },
      ...{ fromMs: from, toMs: from + 1_000 },
    });
  });

  it.each<[string, (atMs: number) => Partial<SagaWrite>]>([
    ['what has become late', (atMs) => (atMs > from + 500 ? { events: [{ type: 'completed', atMs }] } : {})],
    ['more entries', (atMs) => (atMs > from + 500 ? { events: [] } : {})],
    [
      'an entry that names another instant',
      (atMs) => ({ events: [{ type: 'created', atMs, creatorId: 'c', input: atMs }] }),
    ],
    ['another text', (atMs) => ({ columns: { errors: `at ${atMs}` } })],
    ['an instant that comes and goes', (atMs) => ({ columns: { completed_at: atMs > from ? instant(atMs) : null } })],
    ['a number that does not grow with the time', (atMs) => ({ columns: { epoch: atMs > from ? 2 : 1 } })],
  ])('does not know %s', (_, more) => {
    expect(timelessWrite((atMs) => write(atMs, more(atMs)), from, from + 1_000)).toBeUndefined();
  });
});
