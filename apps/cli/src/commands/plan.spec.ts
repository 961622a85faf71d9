import type { Eros, FleetReport } from '@eros/app';
import { recordingTerminal } from '../testing/recording-terminal.js';
import { planWithWorkers } from './plan.js';

const WEEK = '2026-11-23';

/** An engine that tells of 12 creators of 40, and then waits no longer. */
function engineThat(ends: () => Promise<FleetReport>): Pick<Eros, 'schedules' | 'start'> {
  const fleet: Partial<Eros['schedules']> = {
    startFleet: async () => ({
      ...{ weekStart: WEEK, total: 40, enqueued: 40, underWay: 0, already: [] },
      wait: async ({ onProgress } = {}) => {
        onProgress?.({ done: 12, total: 40, failed: 1 });
        return ends();
      },
    }),
  };
  return { schedules: fleet as Eros['schedules'], start: async () => undefined };
}

it('tells how far the fleet is when the waiting fails, and passes the failure on', async () => {
  const full = Object.assign(new Error('database eros.db: the disk is full'), { code: 'database_unavailable' });
  const terminal = recordingTerminal();
  const { signal } = new AbortController();
  const waiting = planWithWorkers(
    engineThat(() => Promise.reject(full)),
    { terminal, signal },
    { weekStart: WEEK },
  );
  await expect(waiting).rejects.toBe(full);
  expect(terminal.err()).toBe(
    'week of 2026-11-23: 12 of 40 creators done, 28 still in line (`eros worker`, or the same command again, plans them)\n',
  );
  expect(terminal.out()).toBe('');
});

it('leaves it to the report how far the fleet is when the waiting ends', async () => {
  const report: FleetReport = { weekStart: WEEK, total: 40, planned: [], already: [], failed: [] };
  const terminal = recordingTerminal();
  const { signal } = new AbortController();
  const planned = await planWithWorkers(
    engineThat(async () => report),
    { terminal, signal },
    { weekStart: WEEK },
  );
  expect(planned).toBe(report);
  expect(terminal.err()).toBe('');
});
