/** A promise that knows whether anybody has asked for its outcome. While nobody has, its failure is nobody's: it ends no process. */
export class HeardPromise<T> extends Promise<T> {
  static override readonly [Symbol.species] = Promise;
  private wasAsked = false;

  static of<T>(promise: Promise<T>): HeardPromise<T> {
    const heard = new HeardPromise<T>((resolve, reject) => void promise.then(resolve, reject));
    void Promise.prototype.then.call(heard, undefined, () => undefined);
    return heard;
  }

  get isHeard(): boolean {
    return this.wasAsked;
  }

  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.wasAsked = true;
    return super.then(onFulfilled, onRejected);
  }
}
