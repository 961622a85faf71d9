/** An operator's order: this breaker is open, or closed, whatever the calls say. */
export interface Hold {
  readonly as: 'open' | 'closed';
  readonly by: string;
  readonly reason: string;
  readonly sinceMs: number;
  /** When it ends by itself; `undefined`: not before its release. */
  readonly untilMs: number | undefined;
}

/** Holds in the order in which they were laid. Each operator has one at most; the latest decides. */
export interface Held {
  /** Since when the breaker stands still: what is left of its open time is what was left then. */
  readonly sinceMs: number;
  readonly holds: readonly Hold[];
}

export const isOver = ({ untilMs }: Hold, atMs: number): boolean => untilMs !== undefined && untilMs <= atMs;

/** The holds after one more: an operator's new hold takes the place of his old one. */
export const withHold = (holds: readonly Hold[], hold: Hold): readonly Hold[] => [
  ...holds.filter(({ by }) => by !== hold.by),
  hold,
];

/** The holds after a release: the operator's own one ends, else the one that decides, since a colleague may be asleep. */
export function withoutHoldOf(holds: readonly Hold[], operator: string): readonly Hold[] {
  const released = holds.find(({ by }) => by === operator) ?? holds.at(-1);
  return holds.filter((hold) => hold !== released);
}
