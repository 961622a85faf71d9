/** Less than any spec that waits is given, so that the wait, and not the spec, says what did not come. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;

/**
 * What is found, once it is what is wanted. A wait without an end would outlive its spec, and keep the whole run from ending.
 *
 * @throws {Error} when it did not come in time, with what was found last.
 */
export async function until<Found>(
  look: () => Found | Promise<Found>,
  isWanted: (found: Found) => boolean,
  withinMs = PATIENCE_MS,
): Promise<Found> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (isWanted(found)) return found;
    if (performance.now() > endsAtMs)
      throw new Error(`waited ${withinMs} ms in vain; found last: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
