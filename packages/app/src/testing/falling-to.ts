/** Less than the 10 s after which a pool that nobody has closed lets its idle sessions go. */
const PATIENCE_MS = 5_000;

/** A count once it has fallen to what is wanted, or as it is after a while: the server lets a session go a little after its client. */
export async function fallingTo(wanted: number, count: () => Promise<number>): Promise<number> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await count();
    if (found <= wanted || performance.now() > endsAtMs) return found;
    await new Promise((resume) => setTimeout(resume, 20));
  }
}
