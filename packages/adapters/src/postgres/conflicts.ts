import { TransactionConflictError } from '@eros/domain';

/** A work that loses this often is told so: whoever is in its way never leaves. */
const ATTEMPTS_MAX = 30;
const PAUSE_MS = { first: 4, longest: 250 };

/** Runs work, and again as long as the database ends it because of another. It must be a function of what it reads. */
export async function repeatedWhileInConflict<T>(work: (isFirst: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt === 1);
    } catch (error) {
      if (!(error instanceof TransactionConflictError) || attempt === ATTEMPTS_MAX) throw error;
    }
    const pauseMs = Math.min(PAUSE_MS.first * 2 ** attempt, PAUSE_MS.longest) * (0.5 + Math.random());
    await new Promise((resume) => setTimeout(resume, pauseMs));
  }
}
