export interface BatchLimits {
  /** So many batches are under way at a time; what is added meanwhile waits, and goes together. */
  readonly underWayMax: number;
  readonly itemsMax: number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends together what is asked for at about the same time: group commit. Nothing waits for company: what is added when nothing
 * is under way goes as soon as the code that runs now has come to its end.
 */
export class Batches<Item, Answer> {
  private readonly waiting: Waiting<Item, Answer>[] = [];
  private underWay = 0;
  private isAboutToSend = false;

  /** @param send answers each item, in their order. What it rejects with or throws is told to all of them. */
  constructor(
    private readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>,
    private readonly limits: BatchLimits,
  ) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.sendSoon();
    });
  }

  private sendSoon(): void {
    if (this.isAboutToSend || this.underWay === this.limits.underWayMax || this.waiting.length === 0) return;
    this.isAboutToSend = true;
    // After all that the last batch has set going, of which each is about to add its next item.
    process.nextTick(() => {
      this.isAboutToSend = false;
      this.sendOne(this.waiting.splice(0, this.limits.itemsMax));
      this.sendSoon();
    });
  }

  private sendOne(batch: readonly Waiting<Item, Answer>[]): void {
    this.underWay += 1;
    const done = (): void => {
      this.underWay -= 1;
      this.sendSoon();
    };
    const failed = (error: unknown): void => {
      for (const { reject } of batch) reject(error);
      done();
    };
    const answered = (answers: readonly Answer[]): void => {
      batch.forEach(({ resolve }, i) => resolve(answers[i] as Answer));
      done();
    };
    try {
      this.send(batch.map(({ item }) => item)).then(answered, failed);
    } catch (error) {
      failed(error); // nobody would hear it, outside of all calls
    }
  }
}
