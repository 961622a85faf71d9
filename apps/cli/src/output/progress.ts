import { SingleBar } from 'cli-progress';
import { formatDuration } from './format.js';
import type { Terminal } from './terminal.js';

/** Shows on stderr how far long work has come, how fast it goes and how long it still takes. */
export interface Progress {
  update(done: number, detail?: string): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  /** What is counted, for the rate: `rows`. */
  readonly unit: string;
  /** From what was done to what the rate counts, when the two differ. Default: the same. */
  readonly countOf?: (done: number) => number;
  readonly nowMs?: () => number;
}

/** A bar on a terminal; nothing at all when stderr is none. */
export function startProgress(
  { progressStream }: Pick<Terminal, 'progressStream'>,
  options: ProgressOptions,
): Progress {
  if (!progressStream) return SILENT;
  const { label, total, unit, countOf = (done) => done, nowMs = Date.now } = options;
  const startedMs = nowMs();
  const bar = new SingleBar({
    stream: progressStream,
    format: `${label} {bar} {percentage} %  {rate}  {left}{detail}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    // A second Ctrl-C ends the process at once: nothing of the terminal may be left changed.
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
    fps: 8,
  });
  bar.start(total, 0, { rate: '', left: '', detail: '' });
  return {
    update: (done, detail = '') => {
      const seconds = Math.max((nowMs() - startedMs) / 1_000, 0.001);
      bar.update(Math.min(done, total), {
        ...paceOf(done, total, countOf(done), seconds, unit),
        detail: detail && `  ${detail}`,
      });
    },
    stop: () => bar.stop(),
  };
}

/** `6,812 rows/s` and `3.1 s left`. */
export function paceOf(done: number, total: number, counted: number, seconds: number, unit: string) {
  const perSecond = counted / seconds;
  const rate = perSecond >= 10 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toFixed(1);
  const leftMs = done > 0 ? (seconds * 1_000 * Math.max(0, total - done)) / done : undefined;
  return { rate: `${rate} ${unit}/s`, left: leftMs === undefined ? '' : `${formatDuration(leftMs)} left` };
}
