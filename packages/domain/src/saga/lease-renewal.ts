/** Of a lease, what is over when a renewal is put off no longer. */
const PUT_OFF_SHARE = 2 / 3;

/**
 * How long after a lease was asked for its renewal, due at a third of it, may be put off, in ms: while the worker that holds it has a
 * transaction open that writes the lease itself, a renewal would only be in the way. Then a third is left, more than
 * such a transaction may last, so that a renewal which has to wait for one comes in time all the same.
 */
export const renewalPutOffMs = (leaseMs: number): number => Math.floor(leaseMs * PUT_OFF_SHARE);
