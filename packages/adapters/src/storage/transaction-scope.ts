import {
  ForeignTransactionError,
  NestedTransactionError,
  TransactionClosedError,
  TransactionTimeoutError,
  type Transaction,
} from '@eros/domain';
import { AsyncVariable } from './async-variable.js';
import { assertOneStatement } from './one-statement.js';
import { assertNoSessionSetting } from './session-settings.js';
import { assertNoControl } from './transaction-control.js';

/** Throws `transaction_closed` once the transaction has ended. Sessions ask it before each use. */
export type AssertOpen = () => void;

/** A transaction handle that ends with its work: used later, it throws and reaches no connection. */
class Handle<Session> implements Transaction {
  isOpen = true;
  private readonly ownSession: Session;

  constructor(
    open: (assertOpen: AssertOpen) => Session,
    private readonly send: (session: Session, sql: string, params: readonly unknown[]) => Promise<unknown[]>,
    private readonly isStillOpen: () => boolean = () => true,
  ) {
    this.ownSession = open(() => this.assertOpen());
  }

  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const session = this.session();
    assertOneStatement(sql);
    assertNoControl(sql);
    assertNoSessionSetting(sql);
    return (await this.send(session, sql, params)) as Row[];
  }

  session(): Session {
    this.assertOpen();
    return this.ownSession;
  }

  private assertOpen(): void {
    if (!this.isOpen || !this.isStillOpen()) throw new TransactionClosedError();
  }
}

/**
 * Knows which transactions are open and which code runs inside one. One per database. What is the same for every
 * database - handles that end, calls that must not nest, works that take too long - has its home here.
 */
export class TransactionScope<Session> {
  private readonly running = new AsyncVariable<Handle<Session>>();
  private readonly handles = new WeakMap<Transaction, Handle<Session>>();

  constructor(
    private readonly send: (session: Session, sql: string, params: readonly unknown[]) => Promise<unknown[]>,
  ) {}

  /** Whether the calling code runs inside the work of an open transaction of this database. */
  isInside(): boolean {
    return this.running.getStore()?.isOpen ?? false;
  }

  /** Throws `nested_transaction` inside an open transaction: the call would wait for the very work that waits for it. */
  assertOutside(): void {
    if (this.isInside()) throw new NestedTransactionError();
  }

  /** The session behind a handle of this scope; throws `foreign_transaction` or `transaction_closed`. */
  sessionOf(tx: Transaction): Session {
    const handle = this.handles.get(tx);
    if (!handle) throw new ForeignTransactionError();
    return handle.session();
  }

  /**
   * Runs `work` with a handle on a session of its own, which ends before this promise settles.
   *
   * @param open makes the session. It outlives the handle in whoever kept it, so it asks `assertOpen` before each use.
   * @param timeoutMs after this time the handle is closed and the promise rejects with `transaction_timeout`, whatever the
   *   work still does.
   */
  async run<T>(
    open: (assertOpen: AssertOpen) => Session,
    work: (tx: Transaction) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    const handle = new Handle(open, this.send);
    this.handles.set(handle, handle);
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = this.running.run(handle, async () => work(handle));
      if (timeoutMs === undefined) return await result;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          handle.isOpen = false;
          reject(new TransactionTimeoutError(timeoutMs));
        }, timeoutMs);
      });
      // The work may go on after the timeout; its late failure then has nobody else to tell.
      result.catch(() => undefined);
      return await Promise.race([result, timeout]);
    } finally {
      clearTimeout(timer);
      handle.isOpen = false;
    }
  }

  /** A handle on a transaction that somebody else began and will end: it is open as long as they say so. */
  adopt(open: (assertOpen: AssertOpen) => Session, isOpen: () => boolean): Transaction {
    const handle = new Handle(open, this.send, isOpen);
    this.handles.set(handle, handle);
    return handle;
  }

  /** Runs code as if it were outside, for work that queues behind the caller's transaction. */
  exit<T>(work: () => T): T {
    return this.running.exit(work);
  }
}
