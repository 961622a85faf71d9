// A worker of a fleet: an engine that takes its share of the sagas until it is killed. What it does is written, line by line,
// into a ledger of its own, a file that no database rolls back: each week whose transaction it saw committed, each saga it ended.
import { bindings, createEros } from '@eros/app';
import { ContainerModule } from 'inversify';
import { appendFileSync } from 'node:fs';
import { answer } from '../harness/worker.mjs';

const silent = () => undefined;
let eros;

answer({
  async open({ database, node, ledgerFile, leaseMs, sweepMs, runningMax, workers }) {
    const write = (line) => appendFileSync(ledgerFile, `${JSON.stringify({ node, ...line })}\n`);
    const written = new WeakMap();
    const told = new ContainerModule(({ onActivation }) => {
      onActivation(bindings.scheduleStore, (_, store) => {
        const insert = store.insert.bind(store);
        store.insert = (week, tx) => {
          written.get(tx)?.push(week.creatorId);
          return insert(week, tx);
        };
        return store;
      });
      onActivation(bindings.unitOfWork, (_, unitOfWork) => ({
        async transaction(work, options) {
          let weeks = [];
          const result = await unitOfWork.transaction((tx) => {
            written.set(tx, (weeks = [])); // of this try, if there are several
            return work(tx);
          }, options);
          for (const creatorId of weeks) write({ stored: creatorId });
          return result;
        },
      }));
    });
    eros = await createEros({
      ...{ database, node, leaseMs, workers, sagas: { sweepMs, runningMax }, modules: [told], migrate: 'verify' },
      logger: {
        debug: ({ sagaId, end }) => end && write({ end, saga: sagaId }),
        ...{ info: silent, warn: silent, error: silent },
      },
    });
    await eros.start();
  },
});
