// The engine: a saga of n steps that do nothing, each of them durable.
import { createEros } from '@eros/app';

export async function openEros({ database, steps }) {
  const eros = await createEros({ database, migrate: 'auto' });
  const creator = {
    creator_id: 'c-001',
    page_name: 'bench',
    display_name: 'Bench',
    page_type: 'paid',
    timezone: 'UTC',
  };
  await eros.data.importCreators([{ ...creator, current_active_fans: 1_000, is_active: 1 }]);
  const saga = eros.sagas.define({
    name: 'bench',
    version: 1,
    steps: Array.from({ length: steps }, (_, i) => ({ name: `step-${i + 1}`, execute: async () => 1 })),
  });
  return {
    name: 'EROS Core',
    async run(n) {
      const { results } = await saga.run({ creatorId: 'c-001', input: { n } });
      if (Object.keys(results).length !== steps) throw new Error('a saga ended without all its steps');
    },
    close: () => eros.close(),
  };
}
