import type { TimelineEntry } from '@eros/app';
import { drawTimeline, lanesOf } from './saga-timeline.js';

const problem = { kind: 'error', name: 'Error', message: 'no' } as const;
const why = { by: 'dana', reason: 'x' };
type Rest = TimelineEntry extends infer Entry ? (Entry extends unknown ? Omit<Entry, 'seq' | 'at'> : never) : never;
const timeline = (...entries: [number, Rest][]): TimelineEntry[] =>
  entries.map(([ms, entry], i) => ({ seq: i + 1, at: new Date(ms), ...entry }) as TimelineEntry);

const undone = timeline(
  [0, { type: 'created', creatorId: 'c', input: null }],
  [100, { type: 'begun' }],
  [100, { type: 'step_started', step: 'folder' }],
  [300, { type: 'step_ended', step: 'folder' }],
  [300, { type: 'step_started', step: 'left' }],
  [300, { type: 'step_started', step: 'right' }],
  [500, { type: 'step_tried', step: 'left', problem, retryAtMs: 600 }],
  [700, { type: 'step_failed', step: 'left', problem }],
  [700, { type: 'compensation_started', cause: { type: 'step_failed', step: 'left', problem } }],
  [800, { type: 'step_aborted', step: 'right' }],
  [800, { type: 'undo_started', step: 'folder' }],
  [1_100, { type: 'undo_ended', step: 'folder' }],
  [1_100, { type: 'failed' }],
);

describe('the timeline of a saga', () => {
  it('is drawn on one scale: steps, failed tries, undos', () => {
    expect(drawTimeline(undone, 57)).toBe(
      [
        '             0                      1.0 s',
        'folder       ██████                        done, 0.2 s',
        'left              ██████×████×             failed, 0.4 s',
        'right             ███████████████          aborted, 0.5 s',
        'undo folder                     ▒▒▒▒▒▒▒▒▒  done, 0.3 s',
      ].join('\n'),
    );
  });

  it.each([80, 100])('keeps within %i columns, whatever the names', (columns) => {
    const long = undone.map((entry) =>
      'step' in entry ? { ...entry, step: `${entry.step ?? ''}${'x'.repeat(90)}` } : entry,
    );
    for (const entries of [undone, long as TimelineEntry[], undone.slice(0, 5)]) {
      const widths = drawTimeline(entries, columns)
        .split('\n')
        .map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
    expect(drawTimeline(undone.slice(0, 2), columns)).toBe('');
  });

  it('lets run on what an operator reopened', () => {
    const reopened = timeline(
      [0, { type: 'step_started', step: 'a' }],
      [10, { type: 'step_failed', step: 'a', problem }],
      [20, { type: 'step_reopened', step: 'a', ...why }],
    );
    expect(lanesOf(reopened)).toEqual([
      { name: 'a', isUndo: false, fromMs: 0, failedTriesMs: [10], outcome: 'running' },
    ]);
    const skipped = [...reopened, ...timeline([30, { type: 'step_skipped', step: 'a', ...why }])];
    expect(lanesOf(skipped)).toMatchObject([{ untilMs: 30, outcome: 'skipped' }]);
  });
});
