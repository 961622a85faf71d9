// A process with an engine of its own that runs idempotent operations. Their effect on the outside world is a line in a ledger,
// a file that no database rolls back. At a point that its starter names the work says so and waits: to be told to go on, or
// to be killed there.
import { createEros } from '@eros/app';
import * as domain from '@eros/domain';
import { appendFileSync } from 'node:fs';
import { answer, logger, say } from '../harness/worker.mjs';

let eros;
let ledger;
let name;
const held = new Map();

/** An end as another process can be told it. */
async function told(work) {
  try {
    return await work();
  } catch (error) {
    const { code, message, fence, storedHash, givenHash } = error;
    const isOurs = typeof domain[error.name] === 'function' && error instanceof domain[error.name];
    return { error: error.name, code, message, fence, storedHash, givenHash, isOurs };
  }
}

class CardDeclinedError extends Error {
  name = 'CardDeclinedError';
  code = 'card_declined';
  terminal = true;
  last4 = '4242';
}

const failures = {
  terminal: () => new CardDeclinedError('declined'),
  ours: () => new domain.InvalidSettingsError('usd', '-1', 'a positive amount'),
  transient: () => new Error('the network is down'),
};

async function stopAt(point, wanted, id) {
  if (point !== wanted) return;
  say('at', { point, id });
  await new Promise((resume) => held.set(id, resume));
}

const handlers = {
  async open({ database, leaseMs, clockAheadMs = 0, node, ledgerFile }) {
    ledger = ledgerFile;
    name = node;
    eros = await createEros({
      database,
      migrate: 'auto',
      leaseMs,
      node,
      logger,
      clock: { nowMs: () => Date.now() + clockAheadMs },
    });
  },

  /**
   * One call. `id` names it, `point` where it stops, `way` how its result is stored: returned, or by `ctx.transaction` with
   * a row of `payouts`.
   */
  run(
    key,
    {
      id = name,
      point,
      way = 'returned',
      params = { usd: 5 },
      failure,
      result,
      takesMs = 0,
      operation = 'pay_out',
      ...options
    } = {},
  ) {
    const work = async ({ fence, signal, transaction }) => {
      await stopAt('before the effect', point, id);
      appendFileSync(ledger, `${key}\t${fence}\t${name}\n`);
      if (takesMs > 0) await new Promise((resume) => setTimeout(resume, takesMs));
      await stopAt('after the effect', point, id);
      if (failure) throw failures[failure]();
      const value = result === 'huge' ? 'x'.repeat(1_000_001) : { by: name, wasAborted: signal.aborted };
      if (way === 'returned') return value;
      return transaction(async (tx) => {
        await tx.query(`INSERT INTO payouts (request, made_by) VALUES ('${key}', '${name}')`);
        await stopAt('inside the transaction', point, id);
        return value;
      });
    };
    return told(async () => {
      const end = await eros.idempotency.run(operation, params, work, { key, ...options });
      await stopAt('after the record', point, id);
      return end;
    });
  },
  /** So many calls at once. */
  many: (key, count, call) => Promise.all(Array.from({ length: count }, () => handlers.run(key, call))),
  /** Lets a call go on that has stopped. */
  go(id) {
    held.get(id)();
    held.delete(id);
  },
  /** Calls with a key from inside its own work: told, not waited for. */
  nested: (key) =>
    told(() => {
      const inner = () => told(() => eros.idempotency.run('pay_out', {}, async () => 1, { key }));
      return eros.idempotency.run('pay_out', {}, async () => (await inner()).code ?? 'it ran', { key });
    }),
  insideTransaction: (key) =>
    told(() => eros.transaction(() => eros.idempotency.run('pay_out', {}, async () => 1, { key }))),
  lookup: async (key) => (await eros.idempotency.lookup('pay_out', key)) ?? null,
  forget: (key) => eros.idempotency.forget('pay_out', key),
  close: () => eros.close(),
};

answer(handlers);
