/** Lets one piece of work run at a time, in the order of asking. Work that finds nobody at it begins at once. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  /** How many have asked and are not done. */
  private count = 0;

  /** Whether work that is asked for now begins at once. */
  get isFree(): boolean {
    return this.count === 0;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.isFree ? work() : this.last.then(work);
    this.count += 1;
    this.last = turn.then(this.done, this.done); // an error is told to the caller of this turn, not to the next in line
    return turn;
  }

  private readonly done = (): void => {
    this.count -= 1;
  };

  /** Resolves when everything asked for until now has run. */
  async idle(): Promise<void> {
    await this.last;
  }
}
