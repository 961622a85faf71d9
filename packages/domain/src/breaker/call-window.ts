/** How far back a window reaches: over the last calls, or over a time. */
export type WindowLength = { readonly calls: number } | { readonly ms: number };

/** How many calls a window holds, and how many of them were bad. */
export interface CallTally {
  readonly calls: number;
  readonly bad: number;
}

/** The latest calls, good or bad. It changes in place: a copy for every call would cost more than guarding the call. */
export interface CallWindow {
  add(isBad: boolean, atMs: number): void;
  tally(atMs: number): CallTally;
}

export const callWindow = (length: WindowLength): CallWindow =>
  'calls' in length ? new CountWindow(length.calls) : new TimeWindow(length.ms);

/** The last so many calls, in a ring: each new one takes the place of the oldest. */
class CountWindow implements CallWindow {
  private readonly ring: Uint8Array;
  private calls = 0;
  private bad = 0;
  private next = 0;

  constructor(length: number) {
    this.ring = new Uint8Array(length);
  }

  add(isBad: boolean): void {
    const { ring, next } = this;
    this.bad += Number(isBad) - (ring[next] ?? 0);
    ring[next] = Number(isBad);
    this.next = (next + 1) % ring.length;
    if (this.calls < ring.length) this.calls += 1;
  }

  tally(): CallTally {
    return { calls: this.calls, bad: this.bad };
  }
}

/** A time window forgets a slice of itself at once: it reaches back by its length, or up to a tenth less. */
const SLICES = 10;

/** The calls of a time, in slices which the instants that come in turn on: no timer does. */
class TimeWindow implements CallWindow {
  private readonly sliceMs: number;
  private readonly calls: number[] = Array<number>(SLICES).fill(0);
  private readonly bad: number[] = Array<number>(SLICES).fill(0);
  /** The number of the slice of the latest call, counted from the beginning of time. */
  private latest = -Infinity;

  constructor(lengthMs: number) {
    this.sliceMs = lengthMs / SLICES;
  }

  add(isBad: boolean, atMs: number): void {
    const place = this.turnTo(atMs);
    this.calls[place] = (this.calls[place] ?? 0) + 1;
    if (isBad) this.bad[place] = (this.bad[place] ?? 0) + 1;
  }

  tally(atMs: number): CallTally {
    this.turnTo(atMs);
    return { calls: sum(this.calls), bad: sum(this.bad) };
  }

  /** Empties the slices that are over. A clock that runs back adds to the latest slice: it takes nothing away. */
  private turnTo(atMs: number): number {
    const slice = Math.max(this.latest, Math.floor(atMs / this.sliceMs));
    for (let over = Math.max(this.latest, slice - SLICES) + 1; over <= slice; over += 1) {
      this.calls[placeOf(over)] = 0;
      this.bad[placeOf(over)] = 0;
    }
    this.latest = slice;
    return placeOf(slice);
  }
}

const placeOf = (slice: number): number => ((slice % SLICES) + SLICES) % SLICES;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
