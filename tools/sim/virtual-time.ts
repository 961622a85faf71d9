import { AsyncResource } from 'node:async_hooks';
import type { Random } from '@eros/domain';

interface Due {
  readonly atMs: number;
  /** Drawn: of what is due at one instant, any may come first. */
  readonly rank: number;
  readonly work: () => void;
  isCancelled: boolean;
}

// Taken before the traps are set: it waits for no time, only until everything that needs none has happened.
const nextTurn = globalThis.setImmediate;

/**
 * The only clock of a simulated world. It stands still while anything can happen without time passing, then jumps to what is
 * due next. So a run is a function of the order in which work was handed over, and of the chance that breaks ties.
 */
export class VirtualTime {
  nowMs = Date.UTC(2026, 10, 23, 6);
  /** How often something that was due has happened. */
  steps = 0;
  private readonly heap: Due[] = [];

  constructor(private readonly random: Random) {}

  /** Does `work` after a time, in the asynchronous context of the caller, as a real timer would. */
  after(ms: number, work: () => void): () => void {
    const due: Due = {
      atMs: Math.ceil(this.nowMs + Math.max(0, ms)),
      rank: this.random(),
      work: inPresentContext(work),
      isCancelled: false,
    };
    this.push(due);
    return () => void (due.isCancelled = true);
  }

  /** Lets time pass until `isOver`, asked after each step. False when nothing is due any more. */
  async passUntil(isOver: () => boolean): Promise<boolean> {
    await quiet();
    while (!isOver()) {
      const next = this.pop();
      if (!next) return false;
      if (next.isCancelled) continue;
      this.nowMs = next.atMs;
      this.steps += 1;
      next.work();
      await quiet();
    }
    return true;
  }

  private push(due: Due): void {
    const { heap } = this;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent] as Due)) break;
      heap[at] = heap[parent] as Due;
      at = parent;
    }
    heap[at] = due;
  }

  private pop(): Due | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child += 1;
      if (!isBefore(heap[child] as Due, last)) break;
      heap[at] = heap[child] as Due;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** The work, to be done in the asynchronous context of now. `AsyncResource.bind` does the same, and costs ten times as much. */
export function inPresentContext(work: () => void): () => void {
  const context = new AsyncResource('SIMULATED');
  return () => context.runInAsyncScope(work);
}

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.rank < b.rank);

/** Everything that can happen without time passing has happened. */
const quiet = (): Promise<void> => new Promise((resolve) => nextTurn(resolve));
