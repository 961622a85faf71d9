import type { Transaction, UnitOfWork } from '@eros/domain';
import type { AskedLease } from './asked-lease.js';
import type { LeaseKeeper } from './lease-keeper.js';

export interface HolderTransaction<Done, Written> {
  /** Rejects to have everything rolled back. */
  readonly work: (tx: Transaction) => Promise<Done>;
  /** Writes to the saga what came of the work, and its lease anew. */
  readonly write: (done: Done, tx: Transaction) => Promise<Written>;
}

/**
 * A transaction of the worker that holds a saga. A renewal that is committed while it is open writes the row that it is going to write
 * itself, for which PostgreSQL would have it run again. So renewals wait for its end, as long as the lease allows; its commit is one.
 */
export async function holderTransaction<Done, Written>(
  { work, write }: HolderTransaction<Done, Written>,
  keeper: LeaseKeeper,
  unitOfWork: UnitOfWork,
): Promise<Written> {
  const lease: { asked?: AskedLease } = {};
  try {
    const written = await unitOfWork.transaction(
      async (tx) => {
        keeper.putOff();
        try {
          const done = await work(tx);
          lease.asked?.cancel(); // that of a run before
          lease.asked = keeper.ask();
          return await write(done, tx);
        } catch (error) {
          // Before all is rolled back: where transactions take turns, the renewal then comes before the next one.
          keeper.goOn();
          throw error;
        }
      },
      { isRepeatable: true },
    );
    if (lease.asked) keeper.renewedBy(lease.asked);
    return written;
  } catch (error) {
    lease.asked?.cancel();
    throw error;
  } finally {
    keeper.goOn();
  }
}
