import pc from 'picocolors';
import type { SagaDetailView, SagaStuckAt, SagaView } from '@eros/app';
import { formatSaga, formatSagas } from './sagas.js';

const saga = (sagaId: string, errorMessage?: string): SagaView =>
  ({
    sagaId,
    name: 'plan_week',
    version: 2,
    creatorId: 'c-1',
    status: 'in_progress',
    stuck: false,
    unclaimed: false,
    startedAt: new Date('2026-11-27T16:17:00Z'),
    ...(errorMessage === undefined ? {} : { errorMessage }),
  }) as SagaView;

it('shows ids whole, whatever the width, and breaks what is told below them', () => {
  const id = 'plan:c-001:2026-11-23:7779aaf4-7d88-4a93-8e03-4be8dbf268e7';
  const paper = { columns: 80, colours: pc.createColors(false) };
  const lines = formatSagas([saga(id), saga('s-1', 'word '.repeat(60))], paper).split('\n');
  expect(lines.some((line) => line.startsWith(`${id}  plan_week`))).toBe(true);
  expect(lines.filter((line) => line.includes('word')).length).toBeGreaterThan(3);
});

describe('advice on a stuck saga', () => {
  const shown = (stuckAt?: SagaStuckAt): string => {
    const detail = { ...saga('s-1', 'no'), input: null, timeline: [], ...(stuckAt && { stuck: true, stuckAt }) };
    return formatSaga(detail as SagaDetailView, { columns: 100, colours: pc.createColors(false) });
  };

  it('names what it is stuck at, with the commands', () => {
    const undo = shown({ type: 'undo', steps: ['reserve'], isCancellable: false });
    expect(undo).toMatch(/stuck at the undo of reserve/);
    for (const name of ['retry s-1 --step reserve', 'skip s-1 --step reserve', 'revive s-1'])
      expect(undo).toContain(`eros sagas ${name} --by NAME --reason TEXT`);
  });

  it('offers to cancel only what can be cancelled', () => {
    expect(shown({ type: 'step', steps: ['pay'], isCancellable: true })).toMatch(/sagas cancel s-1/);
    expect(shown({ type: 'step', steps: ['mail'], isCancellable: false })).not.toMatch(/cancel/);
  });

  it('offers nothing for one that is not stuck, and only reviving where no step is at fault', () => {
    expect(shown()).not.toMatch(/eros sagas/);
    const lost = shown({ type: 'step', steps: [], isCancellable: true });
    expect(lost).toMatch(/sagas revive s-1/);
    expect(lost).not.toMatch(/retry|skip/);
  });
});
