/** Twice as many are remembered at the most: about a megabyte. */
const GENERATION_MAX = 5_000;

/** Keys that have been seen in the table: who asks for one again mostly finds it there. Those seen first are forgotten first. */
export class SeenKeys {
  private recent = new Set<string>();
  private earlier = new Set<string>();

  has(key: string): boolean {
    return this.recent.has(key) || this.earlier.has(key);
  }

  add(key: string): void {
    if (this.has(key)) return;
    this.recent.add(key);
    if (this.recent.size < GENERATION_MAX) return;
    this.earlier = this.recent;
    this.recent = new Set();
  }
}
