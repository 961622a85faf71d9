// The engine: a saga of n steps that do nothing, each of them durable.
import { createEros } from '@eros/app';
import { importCreator } from '../bench-creator.mjs';

export async function openEros({ database, steps }) {
  const eros = await createEros({ database, migrate: 'auto' });
  const creatorId = await importCreator(eros);
  const saga = eros.sagas.define({
    name: 'bench',
    version: 1,
    steps: Array.from({ length: steps }, (_, i) => ({ name: `step-${i + 1}`, execute: async () => 1 })),
  });
  return {
    name: 'EROS Core',
    async run(n) {
      const { results } = await saga.run({ creatorId, input: { n } });
      if (Object.keys(results).length !== steps) throw new Error('a saga ended without all its steps');
    },
    close: () => eros.close(),
  };
}
