/** An AbortController that is made when it is needed: most works ask for no signal, and one takes longer than most that is done for a step. */
export class LazyAbort {
  private controller: AbortController | undefined;

  get signal(): AbortSignal {
    return this.made().signal;
  }

  /** Only the first reason counts. */
  abort(reason?: unknown): void {
    this.made().abort(reason);
  }

  private made(): AbortController {
    this.controller ??= new AbortController();
    return this.controller;
  }
}

const SOURCE = Symbol('source of the signal');

interface Sourced {
  readonly [SOURCE]: { readonly signal: AbortSignal };
}

const SIGNAL = {
  enumerable: true,
  get(this: Sourced): AbortSignal {
    return this[SOURCE].signal;
  },
};

/**
 * Gives an object the member `signal`, which asks `source` for it only when it is read. One getter for all objects: one in each
 * literal would be a hidden class for each, which V8 keeps, with all that the getter refers to, until it collects all memory.
 */
export function withSignal<Told extends object>(
  told: Told,
  source: { readonly signal: AbortSignal },
): Told & { readonly signal: AbortSignal } {
  const sourced = Object.defineProperty(told, SOURCE, { value: source });
  return Object.defineProperty(sourced, 'signal', SIGNAL) as Told & { readonly signal: AbortSignal };
}
