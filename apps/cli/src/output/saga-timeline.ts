import type { TimelineEntry } from '@eros/app';
import { cutToWidth, padToWidth } from './display-width.js';
import { formatDuration } from './format.js';

/** A step, or the undo of one, from its start to its end. */
export interface Lane {
  readonly name: string;
  readonly isUndo: boolean;
  readonly fromMs: number;
  /** Absent: it has not ended. */
  readonly untilMs?: number;
  /** Instants of failed tries. */
  readonly failedTriesMs: readonly number[];
  readonly outcome: 'running' | 'done' | 'failed' | 'aborted' | 'skipped';
}

const OUTCOMES: Readonly<Partial<Record<TimelineEntry['type'], Lane['outcome']>>> = {
  step_ended: 'done',
  undo_ended: 'done',
  step_failed: 'failed',
  undo_failed: 'failed',
  step_aborted: 'aborted',
  step_skipped: 'skipped',
  undo_skipped: 'skipped',
};

/** A lane for each step and each undo, in the order of their start. */
export function lanesOf(timeline: readonly TimelineEntry[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const entry of timeline) {
    if (!('step' in entry) || entry.step === undefined) continue;
    const { type, step } = entry;
    const atMs = entry.at.getTime();
    const isUndo = type.startsWith('undo_');
    const key = `${isUndo ? 'undo' : 'step'} ${step}`;
    const lane = lanes.get(key) ?? { name: step, isUndo, fromMs: atMs, failedTriesMs: [], outcome: 'running' as const };
    const { untilMs: _, ...open } = lane;
    const outcome = OUTCOMES[type];
    const failedTriesMs = 'problem' in entry ? [...lane.failedTriesMs, atMs] : lane.failedTriesMs;
    // An operator may let it run again after its end.
    lanes.set(
      key,
      outcome ? { ...lane, untilMs: atMs, failedTriesMs, outcome } : { ...open, failedTriesMs, outcome: 'running' },
    );
  }
  return [...lanes.values()];
}

const NAME_WIDTH_MAX = 30;
const STEP_MARK = '█';
const UNDO_MARK = '▒';
const FAILED_TRY_MARK = '×';

/**
 * Draws what ran when: steps, then undos, on one scale from the first start to the last entry; a failed try is a cross.
 *
 * @param columns how wide it may be.
 */
export function drawTimeline(timeline: readonly TimelineEntry[], columns: number): string {
  const lanes = lanesOf(timeline);
  const last = timeline.at(-1);
  if (lanes.length === 0 || !last) return '';
  const fromMs = Math.min(...lanes.map((lane) => lane.fromMs));
  const untilMs = last.at.getTime();
  const names = lanes.map(({ name, isUndo }) => (isUndo ? `undo ${name}` : name));
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(...names.map((name) => name.length)));
  const tails = lanes.map((lane) => `${lane.outcome}, ${formatDuration((lane.untilMs ?? untilMs) - lane.fromMs)}`);
  const width = Math.max(10, columns - nameWidth - Math.max(...tails.map((tail) => tail.length)) - 4);
  const columnOf = (atMs: number): number =>
    untilMs === fromMs ? 0 : Math.min(width - 1, Math.floor(((atMs - fromMs) / (untilMs - fromMs)) * width));

  const rows = lanes.map((lane, i) => {
    const bar = Array.from({ length: width }, () => ' ');
    const end = columnOf(lane.untilMs ?? untilMs);
    bar.fill(lane.isUndo ? UNDO_MARK : STEP_MARK, columnOf(lane.fromMs), end + 1);
    for (const atMs of lane.failedTriesMs) bar[columnOf(atMs)] = FAILED_TRY_MARK;
    return [cutToWidth(names[i] ?? '', nameWidth), bar.join(''), tails[i] ?? ''] as const;
  });
  const whole = formatDuration(untilMs - fromMs);
  const scale = ['', padToWidth('0', width - whole.length) + whole, ''] as const;
  return [scale, ...rows]
    .map(([name, bar, tail]) => `${padToWidth(name, nameWidth)}  ${bar}  ${tail}`.trimEnd())
    .join('\n');
}
