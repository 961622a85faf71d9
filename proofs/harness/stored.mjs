import { createEros } from '@eros/app';

/** Runs `look` on an engine of this process: what it finds is what is stored, not what a worker believes. */
export async function withEngine(database, look, options = {}) {
  const eros = await createEros({ database, migrate: 'auto', ...options });
  try {
    return await look(eros);
  } finally {
    await eros.close();
  }
}

/** The health of one breaker as it is stored. */
export const storedBreaker = (database, name) =>
  withEngine(database, async (eros) => (await eros.breakers.health()).find((each) => each.name === name));
