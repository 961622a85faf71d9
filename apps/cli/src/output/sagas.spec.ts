import pc from 'picocolors';
import type { SagaView } from '@eros/app';
import { formatSagas } from './sagas.js';

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
