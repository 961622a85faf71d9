/** Failures of which the store does not know, as far as this process can say. */
interface UntoldFailures {
  readonly count: number;
  /** Ends when it is known whether the store knows of them after all, or nobody waits for that any longer. */
  doubt: Promise<void> | undefined;
}

/** What happened in one time without the store, until the store has been told of it. */
export class TimeAlone {
  /** Whether this process has moved its copy by itself. */
  hasMoved = false;
  private readonly untold = new Set<UntoldFailures>();

  /** @param generation of the breaker as last read: what is told of this time is told of that one. */
  constructor(readonly generation: number) {}

  /** @param isStored absent where the store cannot know of them; else its late answer, or `false` when none came in time. */
  fail(count: number, isStored?: Promise<boolean>): void {
    const failures: UntoldFailures = { count, doubt: undefined };
    this.untold.add(failures);
    failures.doubt = isStored?.then((isKnown) => {
      failures.doubt = undefined;
      if (isKnown) this.untold.delete(failures);
    });
  }

  /** Ends the run: what failed before is not told any more. */
  succeed(): void {
    this.untold.clear();
  }

  /** Gives all failures of this time that the store does not know of, those in doubt when the doubt is over. */
  async tell(told: (failures: number) => Promise<void>): Promise<void> {
    const all = [...this.untold];
    const certain = all.filter(({ doubt }) => !doubt).reduce((sum, { count }) => sum + count, 0);
    const tellLate = async (failures: UntoldFailures) => {
      await failures.doubt;
      if (this.untold.has(failures)) await told(failures.count);
    };
    await Promise.all([certain > 0 && told(certain), ...all.filter(({ doubt }) => doubt).map(tellLate)]);
  }
}
