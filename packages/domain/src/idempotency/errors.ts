import { erosErrorBrand } from '../errors.js';
import { formatInstant } from '../time/index.js';

/** The parameters of an operation are not JSON, so no key can be made of them. Nothing ran. */
export class InvalidParamsError extends Error {
  override readonly name = 'InvalidParamsError';
  readonly code = 'invalid_params';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    /** Where, as one would write it in code: `params.days[2].at`. */
    readonly path: string,
    /** What stands there: `undefined`, `an instance of Date`. */
    readonly problem: string,
  ) {
    super(
      `${path} of operation "${operation}" is ${problem}: give JSON (text, finite numbers, true, false, null, lists, plain objects) and leave absent members out`,
    );
  }
}

/**
 * The result of an operation cannot be stored and replayed. A transaction of `ctx.transaction` was rolled back; what
 * else the work did has happened, which is why this error is stored and replayed like a result.
 */
export class InvalidResultError extends Error {
  override readonly name = 'InvalidResultError';
  readonly code = 'invalid_result';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    /** Where, as one would write it in code: `result.items[0]`. */
    readonly path: string,
    readonly problem: string,
  ) {
    super(
      `${path} of operation "${operation}" is ${problem}: return JSON, small (an id, not the thing itself); null for nothing`,
    );
  }
}

/** The key was used with other parameters before. Use another key for another request. Nothing ran. */
export class IdempotencyMismatchError extends Error {
  override readonly name = 'IdempotencyMismatchError';
  readonly code = 'idempotency_mismatch';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    readonly key: string,
    /** SHA-256 of operation and parameters of the first use. */
    readonly storedHash: string,
    /** The same of this call. */
    readonly givenHash: string,
  ) {
    super(
      `key "${key}" of operation "${operation}" stands for other parameters (hash ${storedHash}, now ${givenHash}): use a new key for a new request`,
    );
  }
}

/** Another caller is running the operation. Ask again later, or pass `onRunning: 'wait'`. Nothing ran. */
export class OperationInProgressError extends Error {
  override readonly name = 'OperationInProgressError';
  readonly code = 'operation_in_progress';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    readonly key: string,
    /** Since when, in ms since 1970 UTC by the database's clock. */
    readonly sinceMs: number,
    /** When the claim ends unless its owner, being alive, renews it. */
    readonly leaseUntilMs: number,
  ) {
    super(
      `operation "${operation}" with key "${key}" is running since ${formatInstant(sinceMs)}: ask again for its result, at the latest after ${formatInstant(leaseUntilMs)}, or pass onRunning: 'wait'`,
    );
  }
}

/**
 * The claim was lost to another caller before the end was saved. Nothing of this call was stored; what is stored is
 * the other's.
 */
export class StaleClaimError extends Error {
  override readonly name = 'StaleClaimError';
  readonly code = 'stale_claim';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    readonly key: string,
    /** The fencing number of the lost claim. */
    readonly fence: number,
    options?: { cause: unknown },
  ) {
    super(
      `the claim on operation "${operation}" with key "${key}" was lost (fence ${fence}), its end was not saved: call again for the result of whoever took over`,
      options,
    );
  }
}

/** An operation was run inside itself. It would wait for its own end. */
export class NestedOperationError extends Error {
  override readonly name = 'NestedOperationError';
  readonly code = 'nested_operation';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly operation: string,
    readonly key: string,
  ) {
    super(
      `operation "${operation}" with key "${key}" was called by its own work: give the inner call another key, or call its function directly`,
    );
  }
}

/** `ctx.transaction` was called a second time in one run. The result is what the first one returned. */
export class SecondTransactionError extends Error {
  override readonly name = 'SecondTransactionError';
  readonly code = 'second_transaction';
  readonly [erosErrorBrand] = true;

  constructor(readonly operation: string) {
    super(
      `operation "${operation}" called ctx.transaction twice: put all that must commit with the result into one call, the last thing the work does`,
    );
  }
}

/**
 * The operation ended earlier with an error that is not one of our classes; this is that error, told again. Message
 * and code are the original's, so that whoever branches on the code sees no difference.
 */
export class StoredOperationError extends Error {
  override readonly name = 'StoredOperationError';
  /** The original's code as text; `stored_operation_error` if it had none. */
  readonly code: string;
  /** Told again, it is as final as it was. */
  readonly terminal = true;
  readonly [erosErrorBrand] = true;

  constructor(
    /** The class name of the original: `CardDeclinedError`. */
    readonly originalName: string,
    readonly originalCode: string | number | undefined,
    message: string,
    /** What else the original carried, as far as it was JSON. */
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.code = originalCode === undefined ? 'stored_operation_error' : String(originalCode);
  }
}

/** A stored row cannot be read: another program wrote it, or it was changed by hand. Nothing ran, nothing was written. */
export class UnreadableOperationError extends Error {
  override readonly name = 'UnreadableOperationError';
  readonly code = 'unreadable_operation';
  readonly [erosErrorBrand] = true;

  constructor(
    /** `operation_key` of the row. */
    readonly storedKey: string,
    readonly column: string,
    /** What stands there, as text. */
    readonly given: string,
  ) {
    super(
      `${column} of timing_idempotency row "${storedKey}" is ${given}, which has no meaning: mend it, or delete the row`,
    );
  }
}
