import { TransactionConflictError } from '@eros/domain';

/** A work that loses this often is told so: whoever is in its way never leaves. */
const ATTEMPTS_MAX = 30;
const PAUSE_MS = { first: 4, longest: 250 };

type Work<T> = (isFirst: boolean) => Promise<T>;

/** Runs work, and again as long as the database ends it because of another. It must be a function of what it reads. */
export function repeatedWhileInConflict<T>(work: Work<T>): Promise<T> {
  return work(true).catch((error: unknown) => again(work, error)); // no more promises than that for what is in nobody's way
}

async function again<T>(work: Work<T>, error: unknown): Promise<T> {
  let failure = error;
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (!(failure instanceof TransactionConflictError)) break;
    const pauseMs = Math.min(PAUSE_MS.first * 2 ** attempt, PAUSE_MS.longest) * (0.5 + Math.random());
    await new Promise((resume) => setTimeout(resume, pauseMs));
    try {
      return await work(false);
    } catch (next) {
      failure = next;
    }
  }
  throw failure;
}
