/** Lets one piece of work run at a time, in the order of asking. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.then(
      () => undefined,
      () => undefined, // told to the caller of this turn, not to the next in line
    );
    return turn;
  }

  /** Resolves when everything asked for until now has run. */
  async idle(): Promise<void> {
    await this.last;
  }
}
