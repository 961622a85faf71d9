// A process with engines of its own that work on sagas. Definitions come as data, what the steps do stands in the input of each
// saga (see harness/scripted-saga.mjs). Every try of every step is a line in a ledger, a file that no database rolls back.
import { createEros } from '@eros/app';
import { Boundaries } from '../harness/boundaries.mjs';
import { Ledger } from '../harness/ledger.mjs';
import { scriptedSaga } from '../harness/scripted-saga.mjs';
import { answer, say } from '../harness/worker.mjs';

const engines = new Map();
let latest;

const engine = (id = latest) => engines.get(id);

/** An end as another process can be told it. */
async function told(work) {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    const { code, message, status, isStuck, failedStep, because, parkedAt, owner } = error;
    return { error: error.name, code, message, status, isStuck, failedStep, because, parkedAt, owner };
  }
}

const handlers = {
  async open({
    id = 'engine',
    database,
    node,
    ledgerFile,
    killAt,
    stopsBehind,
    blockedUntil,
    definitions = [],
    isStarted = false,
    ...rest
  }) {
    const boundaries = new Boundaries({ killAt, stopsBehind });
    const held = new Map();
    const acts = {
      cancel: async ({ sagaId, signal }) => {
        await eros.sagas.cancel(sagaId, { by: node, reason: 'a step wished so' });
        await new Promise((resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
      close: async () => void closing.push(eros.close()),
      untilAborted: ({ signal }) =>
        new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    };
    const closing = [];
    const world = { node, ledger: new Ledger(ledgerFile), boundaries, held, acts, blockedUntil };
    const eros = await createEros({ database, node, migrate: 'auto', modules: [boundaries.module()], ...rest });
    const defined = new Map();
    engines.set(id, { eros, boundaries, held, world, defined, closing });
    latest = id;
    for (const each of definitions) handlers.define(each, id);
    if (isStarted) await eros.start();
  },
  define(definition, id) {
    const { eros, world, defined } = engine(id);
    defined.set(`${definition.name} ${definition.version}`, eros.sagas.define(scriptedSaga(definition, world)));
  },
  refusal: (definition, id) => told(async () => handlers.define(definition, id)),
  /** Starts a saga; answers once it exists. Its end is said unasked, as `ended`. */
  begin({ name, version = 1, ...request }, id) {
    return told(async () => {
      const handle = await engine(id).defined.get(`${name} ${version}`).start(request);
      void told(() => handle.wait()).then((end) => say('ended', { sagaId: request.sagaId, ...end }));
      return handle.sagaId;
    });
  },
  /** Starts a saga, or joins it, and answers with its end. */
  run: ({ name, version = 1, ...request }, id) => told(() => engine(id).defined.get(`${name} ${version}`).run(request)),
  /** Lets a step go on that has said `at`. */
  go(sagaId, what, id) {
    engine(id).held.get(`${sagaId} ${what}`)();
  },
  passed(id) {
    const { passed, wrote } = engine(id).boundaries;
    return { passed, wrote };
  },
  /** An operator's act, or a look. */
  sagas: (method, args, id) => told(() => engine(id).eros.sagas[method](...args)),
  health: (id) => engine(id).eros.health(),
  start: (id) => engine(id).eros.start(),
  close: async (options, id) => {
    await Promise.all(engine(id).closing);
    await engine(id).eros.close(options);
  },
  globals: () => Object.getOwnPropertyNames(globalThis).sort(),
  resources: () => process.getActiveResourcesInfo(),
};

answer(handlers);
