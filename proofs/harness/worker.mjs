// The worker's end of `worker-process.mjs`.
import { inspect } from 'node:util';

/** Answers the questions of the process that started this one. An async handler may be asked again before it has answered. */
export function answer(handlers) {
  process.on('message', async ({ id, question, args }) => {
    try {
      const handler = handlers[question];
      if (!handler) throw new Error(`bug: a worker was asked "${question}"`);
      process.send({ id, value: await handler(...args) });
    } catch (error) {
      process.send({
        id,
        error: { ...error, name: error.name, code: error.code, message: error.stack ?? String(error) },
      });
    }
  });
  // Whoever started this process is gone: nobody can want anything of it.
  process.on('disconnect', () => process.exit(0));
  process.send({ id: 'ready', value: true });
}

/** Says a word unasked, for `said`. */
export const say = (event, value) => process.send({ event, value });

const told = (facts, message) => say('log', `${message} ${inspect(facts, { breakLength: Infinity })}`);

/** The logger of a worker's engine: its warnings are printed when the proof fails. */
export const logger = { debug: () => undefined, info: () => undefined, warn: told, error: told };
