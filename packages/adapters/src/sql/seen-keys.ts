/** About a megabyte of them. */
const SEEN_MAX = 10_000;

/** Keys that have been seen in the table: who asks for one again mostly finds it there. Those seen first are forgotten first. */
export class SeenKeys {
  private readonly keys = new Set<string>();

  has(key: string): boolean {
    return this.keys.has(key);
  }

  add(key: string): void {
    if (this.keys.has(key)) return;
    const [first] = this.keys;
    if (this.keys.size === SEEN_MAX && first !== undefined) this.keys.delete(first);
    this.keys.add(key);
  }
}
