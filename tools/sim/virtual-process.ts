import { inPresentContext } from './virtual-time.js';
import type { World } from './world.js';

/** One run of a program: its timers, its clock, and its end. What it is handed while it stands still waits. */
export class VirtualProcess {
  isDead = false;
  /** Standing still, or working off what came meanwhile: it cannot know yet what time it is. */
  isPaused = false;
  /** When it last went on after standing still. */
  wentOnAtMs = -Infinity;
  private readonly held: (() => void)[] = [];
  private readonly mourners = new Set<() => void>();

  constructor(
    readonly node: string,
    private readonly skewMs: number,
    private readonly world: World,
  ) {}

  /** The process's own clock, which may be wrong. */
  nowMs(): number {
    return this.world.time.nowMs + this.skewMs;
  }

  /** A timer of the process: fires late when it stands still, never when it is dead. */
  readonly schedule = (work: () => void, afterMs: number): (() => void) => {
    let isOver = false;
    const cancel = this.world.time.after(afterMs, () =>
      this.hand(() => {
        if (!isOver) work();
        isOver = true;
      }),
    );
    return () => {
      isOver = true;
      cancel();
    };
  };

  /** Waits, as work in the process does. Never comes back in a dead one. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(resolve, ms));
  }

  /** Calls back when the process dies. */
  onDeath(work: () => void): () => void {
    this.mourners.add(work);
    return () => void this.mourners.delete(work);
  }

  crash(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.world.trace.note(this.node, 'dies');
    for (const mourner of this.mourners) mourner();
    this.mourners.clear();
  }

  /** Stands still, and learns nothing until it goes on. */
  pause(ms: number): void {
    if (this.isDead || this.isPaused) return;
    this.isPaused = true;
    this.world.trace.note(this.node, `stands still for ${ms} ms`);
    this.world.time.after(ms, () => this.goOn());
  }

  private hand(work: () => void): void {
    if (this.isDead) return;
    if (this.isPaused) this.held.push(inPresentContext(work));
    else work();
  }

  /** Works off what came meanwhile, one after another, as an event loop does. */
  private goOn(): void {
    if (this.isDead) return;
    const next = this.held.shift();
    if (!next) {
      this.isPaused = false;
      this.wentOnAtMs = this.world.time.nowMs;
      this.world.trace.note(this.node, 'goes on');
      return;
    }
    next();
    this.world.time.after(0, () => this.goOn());
  }
}

/** Never comes back: what awaits it belongs to a process that has died. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
