/** The lines of a trace that is not kept whole. */
const KEPT = 30;

/** What happened, line by line: the last lines, or all of them. Lines are written only when somebody reads them. */
export class Trace {
  private lines: (() => string)[] = [];

  constructor(
    private readonly isWhole: boolean,
    private readonly stamp: () => () => string,
  ) {}

  /** @param who the process it happened in, or `world`. */
  note(who: string, what: string, ...facts: readonly unknown[]): void {
    const stamp = this.stamp();
    this.lines.push(() => [stamp(), who.padEnd(8), what, ...facts.map(shown)].join(' ').trimEnd());
    if (!this.isWhole && this.lines.length > 8 * KEPT) this.lines = this.lines.slice(-KEPT);
  }

  /** The last lines. */
  end(): string[] {
    return this.lines.slice(-KEPT).map((line) => line());
  }

  whole(): string[] {
    return this.lines.map((line) => line());
  }
}

function shown(fact: unknown): string {
  if (typeof fact === 'string') return fact;
  const json = fact instanceof Error ? `${fact.name}: ${fact.message}` : JSON.stringify(fact);
  return json === undefined ? '' : json.length > 240 ? `${json.slice(0, 240)}...` : json;
}
