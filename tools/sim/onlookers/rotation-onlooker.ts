import { servePattern, slotsOf, type Rotation, type Versioned } from '@eros/domain';
import type { Author } from '../connection.js';
import type { Onlooker, World } from '../world.js';

/** Slots that were taken, and whether a caller was told of them. */
interface Taken {
  readonly node: string;
  readonly slots: readonly string[];
  isTold: boolean;
}

/** Sees to it that each slot is taken once, and that nothing repeats within the window. */
export class RotationOnlooker implements Onlooker {
  private readonly known = new Map<string, Versioned<Rotation>>();
  private readonly drawn = new Map<string, string[]>();
  private readonly taken: Taken[] = [];

  constructor(private readonly world: World) {}

  onCommit(changed: readonly string[], author: Author | undefined): void {
    if (!changed.includes('rotations')) return;
    for (const stored of this.world.database.on().table<Versioned<Rotation>>('rotations').values()) {
      const { creatorId } = stored.value;
      const before = this.known.get(creatorId);
      if (before === stored) continue;
      this.known.set(creatorId, stored);
      this.changed(before, stored, author);
    }
  }

  /** A caller was given slots: those of a commit of its own process, which nobody else was given. */
  toldCaller(node: string, slots: readonly string[]): void {
    const mine = this.taken.find((each) => !each.isTold && each.node === node && each.slots.join() === slots.join());
    if (mine) mine.isTold = true;
    else this.world.violate('a slot is told to one caller', node, slots);
  }

  private changed(
    before: Versioned<Rotation> | undefined,
    { value, version }: Versioned<Rotation>,
    author: Author | undefined,
  ): void {
    const { world } = this;
    const facts = ['was', before, 'is', { value, version }, 'by', author?.process.node];
    world.demand(version === (before?.version ?? 0) + 1, 'versions grow by one', ...facts);
    const isSamePattern = before?.value.patternStartMs === value.patternStartMs;
    if (before && !isSamePattern) {
      world.demand(
        value.patternStartMs > before.value.patternStartMs,
        'a pattern starts after the one before it',
        ...facts,
      );
    }
    const from = isSamePattern ? (before?.value.position ?? 0) : 0;
    if (value.position < from) return world.violate('a slot is taken once', ...facts);
    if (value.position === from) return;
    const slots = slotsOf(value, from, value.position - from);
    this.taken.push({ node: author?.process.node ?? '', slots, isTold: false });
    const all = [...(this.drawn.get(value.creatorId) ?? []), ...slots];
    this.drawn.set(value.creatorId, all);
    const window = servePattern(value.pattern).avoidRepeatWithin;
    const firstNew = all.length - slots.length;
    for (let at = firstNew; at < all.length; at += 1) {
      const recent = all.slice(Math.max(0, at - window + 1), at);
      world.demand(
        !recent.includes(all[at] as string),
        'nothing repeats within the window',
        value.creatorId,
        window,
        all,
      );
    }
  }
}
