/**
 * Lets one piece of work run at a time, in the order of asking. Work that finds nobody at it begins at once. What is urgent
 * goes ahead of what is not, and waits for one of those at most: the one that runs, or, behind other urgent ones, the next.
 */
export class Turns {
  private readonly line: (() => void)[] = [];
  private readonly urgent: (() => void)[] = [];
  /** How many urgent ones still go first: those that were there when work of the line ended. Later ones cannot starve the line. */
  private goAhead = 0;
  private isTaken = false;

  /** Whether work that is asked for now begins at once. */
  get isFree(): boolean {
    return !this.isTaken;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    return this.turn(this.line, work, this.lineDone);
  }

  /** For what must not wait for all who asked before: short, and without waiting for anybody itself. */
  takeAhead<T>(work: () => Promise<T>): Promise<T> {
    return this.turn(this.urgent, work, this.next);
  }

  private turn<T>(waiting: (() => void)[], work: () => Promise<T>, done: () => void): Promise<T> {
    const turn = this.isTaken ? new Promise<void>((begin) => void waiting.push(begin)).then(work) : work();
    this.isTaken = true;
    turn.then(done, done); // an error is told to the caller of this turn, not to the next in line
    return turn;
  }

  private readonly lineDone = (): void => {
    this.goAhead = this.urgent.length;
    this.next();
  };

  private readonly next = (): void => {
    const isLineNext = this.goAhead === 0 && this.line.length > 0;
    const begin = isLineNext ? this.line.shift() : this.urgent.shift();
    if (!isLineNext && this.goAhead > 0) this.goAhead -= 1;
    if (begin) begin();
    else this.isTaken = false;
  };

  /** Resolves when everything asked for until now has run. */
  async idle(): Promise<void> {
    await this.take(async () => undefined);
  }
}
