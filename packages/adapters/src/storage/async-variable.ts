import { AsyncLocalStorage } from 'node:async_hooks';

/** What one variable holds for the running code, and what was bound around it. */
interface Binding {
  readonly variable: object;
  readonly value: unknown;
  readonly outer: Binding | undefined;
}

/**
 * One for all variables of the process: up to Node 22, each AsyncLocalStorage that ever ran something is carried over to
 * every promise the process makes from then on, also when nobody holds it any more (decision 0075).
 */
const bindings = new AsyncLocalStorage<Binding | undefined>();

/**
 * A value for the code that a call runs and all that this code starts, however long it takes: an AsyncLocalStorage of
 * which a process can make, and forget, as many as it likes.
 */
export class AsyncVariable<T extends object> {
  /** The value for the calling code; undefined outside of every `run`. */
  getStore(): T | undefined {
    for (let binding = bindings.getStore(); binding; binding = binding.outer)
      if (binding.variable === this) return binding.value as T;
    return undefined;
  }

  /** Runs code with a value of its own. */
  run<R>(value: T, work: () => R): R {
    return bindings.run({ variable: this, value, outer: this.others(bindings.getStore()) }, work);
  }

  /** Runs code without a value, as if it were called outside of every `run`. */
  exit<R>(work: () => R): R {
    // Not by the exit() of AsyncLocalStorage, which switches the tracking of promises off and on again.
    return bindings.run(this.others(bindings.getStore()), work);
  }

  /** What is bound, but for this variable: code that is started over and over by itself must not pile up bindings. */
  private others(binding: Binding | undefined): Binding | undefined {
    if (!binding) return undefined;
    if (binding.variable === this) return binding.outer;
    const outer = this.others(binding.outer);
    return outer === binding.outer ? binding : { ...binding, outer };
  }
}
