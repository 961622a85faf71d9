// DBOS: a workflow of n steps that do nothing, each of them durable.
import { DBOS } from '@dbos-inc/dbos-sdk';

export async function openDbos({ url, poolSize, steps }) {
  const quiet = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: console.error };
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: poolSize, logger: quiet });
  const workflow = DBOS.registerWorkflow(
    async (n) => {
      let sum = n;
      for (let step = 1; step <= steps; step += 1) {
        sum += await DBOS.runStep(async () => 1, { name: `step-${step}` });
      }
      return sum;
    },
    { name: 'four_steps' },
  );
  await DBOS.launch();
  return {
    name: 'DBOS 5.3.0',
    async run(n) {
      const handle = await DBOS.startWorkflow(workflow)(n);
      if ((await handle.getResult()) !== n + steps) throw new Error('DBOS came to another result');
    },
    close: () => DBOS.shutdown(),
  };
}
