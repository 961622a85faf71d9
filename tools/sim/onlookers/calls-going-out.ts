import type { CircuitBreaker } from '@eros/domain';
import type { Request } from '../connection.js';
import { isQuiet } from '../engine-parts.js';
import type { VirtualProcess } from '../virtual-process.js';
import type { World } from '../world.js';
import { holdsInForce, openUntilMs } from './breaker-change.js';

/** After this time without trouble a process goes by what the database says: longer than it waits for an answer. */
const TROUBLE_MS = 15_000;

const LATE_MS = 1_000;

/** Told how a question was answered. */
export type Hearing = (answer: { readonly value?: unknown; readonly error?: unknown }) => void;

/** Sees to it that a process which has read that a breaker is open lets no call out, and no trial without a permit. */
export class CallsGoingOut {
  private readonly asked = new Set<number>();
  private readonly read = new Map<string, CircuitBreaker>();
  private troubledUntilMs = -Infinity;

  constructor(
    private readonly world: World,
    private readonly process: VirtualProcess,
  ) {}

  /** A question to the breakers' store. The answer is to be told when it comes, good or bad. */
  asks({ name, args: [breakerName] }: Request): Hearing {
    const sinceMs = this.world.time.nowMs;
    this.asked.add(sinceMs);
    return ({ value, error }) => {
      this.asked.delete(sinceMs);
      const { nowMs } = this.world.time;
      if (error || nowMs - sinceMs > LATE_MS) this.troubledUntilMs = nowMs + TROUBLE_MS;
      if (error || typeof value !== 'object' || value === null) return;
      const isOfOne = /\.(dispatch|read)$/.test(name) && 'breaker' in value && typeof breakerName === 'string';
      if (!isOfOne) this.read.clear();
      else if (value.breaker) this.read.set(breakerName, value.breaker as CircuitBreaker);
    };
  }

  went(name: string, signal: AbortSignal): void {
    const { world, process } = this;
    const isTrial = !isQuiet(signal); // a trial has a signal of its own
    world.trace.note(process.node, `${name} is called`, isTrial ? 'as a trial' : '');
    if (this.isInTrouble()) return;
    const known = this.known(name);
    const isOpen = known === 'open' || known === 'held open';
    if (!isTrial) return world.demand(!isOpen, 'an open breaker refuses', name, process.node, this.read.get(name));
    world.demand(known !== 'held open', 'what is held open lets no trial out', name, process.node, this.read.get(name));
    // Where a quorum decides, a process that has opened for itself alone tries by itself, too.
    if (world.outside.policyOf(name).quorum > 1 && this.read.get(name)?.state !== 'half_open') return;
    world.breakers.trial(name, process.node);
  }

  refused(name: string): void {
    const { world, process } = this;
    if (this.isInTrouble()) return;
    const isHeldClosed = this.known(name) === 'held closed';
    world.demand(!isHeldClosed, 'what is held closed lets calls out', name, process.node, this.read.get(name));
  }

  /** A process that cannot know how things stand. */
  private isInTrouble(): boolean {
    const { nowMs } = this.world.time;
    const { isPaused, wentOnAtMs } = this.process;
    if (isPaused || nowMs < Math.max(this.troubledUntilMs, wentOnAtMs + TROUBLE_MS)) return true;
    return [...this.asked].some((sinceMs) => nowMs - sinceMs > LATE_MS);
  }

  /** What the process must go by. Its idea of the database's time may be a little late. */
  private known(name: string): 'open' | 'held open' | 'held closed' | 'free' | 'unsure' {
    const read = this.read.get(name);
    const { nowMs } = this.world.time;
    if (!read) return 'free';
    const isEnding = ({ untilMs = Infinity }) => Math.abs(untilMs - nowMs) <= LATE_MS;
    if (read.held?.holds.some(isEnding)) return 'unsure';
    const hold = holdsInForce(read, nowMs).at(-1);
    if (hold) return `held ${hold.as}`;
    return read.state === 'open' && nowMs < openUntilMs(read, nowMs) ? 'open' : 'free';
  }
}
