import { withEngine } from './stored.mjs';

/**
 * So many processes, each with an engine on the same database, open and ready. `all` asks them at once, `each` gives every
 * one its own arguments.
 */
export async function fleet(proof, count, options) {
  await withEngine(options.database, async () => undefined); // makes the schema, once
  const workers = await Promise.all(Array.from({ length: count }, () => proof.spawn('breaker.mjs')));
  await Promise.all(workers.map((worker, index) => worker.ask('open', { node: `node-${index + 1}`, ...options })));
  const all = (question, ...args) => Promise.all(workers.map((worker) => worker.ask(question, ...args)));
  return { workers, all };
}

/** How many of the answers are so. */
export const countOf = (answers, isSo) => answers.filter(isSo).length;

export const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** Asks again until the answer is as wanted, or the time is over; answers with the last one and how long it took. */
export async function until(ask, isWanted, withinMs = 10_000, everyMs = 20) {
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask();
    const ms = performance.now() - startedAt;
    if (isWanted(answer) || ms > withinMs) return { answer, ms };
    await pause(everyMs);
  }
}
