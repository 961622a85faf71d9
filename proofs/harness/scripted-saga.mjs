import { existsSync } from 'node:fs';
import { say } from './worker.mjs';

/** Where the steps of kind `transaction` write what they did. */
export const CREATE_MARKS =
  'CREATE TABLE saga_marks (saga_id TEXT NOT NULL, what TEXT NOT NULL, made_by TEXT NOT NULL)';

/** Whose sagas they are. */
export const CREATOR = {
  ...{ creator_id: 'c-001', page_name: 'proofs', display_name: 'Proofs', page_type: 'paid', timezone: 'UTC' },
  ...{ current_active_fans: 1_000, is_active: 1 },
};

/** Once it is there, what is broken in the saga works. */
export const mendedFile = (ledger, sagaId) => `${ledger.file}-${sagaId.replaceAll(' ', '-')}-mended`;

/**
 * A definition from data, which other processes can be sent. A step has what a definition gives it but functions: `undo` (an
 * object, `{}` at least) instead of `compensate`. What it does stands in the input of the saga, as `script`, by its name
 * (`undo NAME` for its undo):
 *
 * - `unless`: the name of a process in which it does none of the following.
 * - `fails`: so many tries fail first. `terminal`: those errors are final.
 * - `holds`: the name of a process, or `any`: there the step says `at` and goes on when told to, or when its signal is aborted;
 *   with `deaf` only when told to.
 * - `after`: it waits for another step of its group to end, here or before.
 * - `renewals`: it waits until a lease was renewed here so often.
 * - `acts`: something of `world.acts` that it does.
 * - `blocks`: the name of a process that does nothing else, no timer and no answer, until the file `world.blockedUntil` exists.
 * - `broken`: it fails, or with `kills` ends its process, until the file `mendedFile(...)` of the saga exists.
 * - `returns`
 *
 * Each try writes a line into the ledger before anything else. In `world`: node, ledger, boundaries, acts, held.
 */
export function scriptedSaga({ steps, ...definition }, world) {
  const stepOf = (step) => ('parallel' in step ? { parallel: step.parallel.map(stepOf) } : scriptedStep(step, world));
  return { ...definition, steps: steps.map(stepOf) };
}

function scriptedStep({ undo, ...step }, world) {
  const { name, kind = 'effect' } = step;
  const work = (what) => async (context) => {
    const { sagaId, idempotencyKey: key, fence, attempt, tx } = context;
    const { node } = world;
    if (tx) world.boundaries.opened?.(what);
    world.boundaries.pass(`before ${kind} ${what}`);
    world.ledger.write({ sagaId, what, kind, key, fence, attempt, node, isAborted: context.signal.aborted });
    if (tx) await tx.query(`INSERT INTO saga_marks VALUES ('${sagaId}', '${what}', '${node}')`);
    world.boundaries.pass(`after ${kind} ${what}`);
    return play(context.input?.script?.[what] ?? {}, what, context, world);
  };
  return {
    ...step,
    execute: work(name),
    ...(undo ? { compensate: work(`undo ${name}`), compensation: undo } : {}),
  };
}

async function play(script, what, context, world) {
  const { sagaId, signal, fence, attempt, results } = context;
  const { node, boundaries } = world;
  if (script.unless === node) return { what, by: node };
  if (script.after && !(script.after in results)) {
    await boundaries.until(() => boundaries.ended.has(`${sagaId} ${script.after}`));
  }
  if (script.renewals) {
    const wanted = boundaries.renewals + script.renewals;
    await boundaries.until(() => boundaries.renewals >= wanted);
  }
  if (script.acts) await world.acts[script.acts](context);
  if (script.blocks === node) block(world.blockedUntil);
  if (script.holds === node || script.holds === 'any') await hold({ sagaId, what, fence, node }, script, signal, world);
  if ((script.broken || script.kills) && !existsSync(mendedFile(world.ledger, sagaId))) {
    if (script.kills) process.kill(process.pid, 'SIGKILL');
    throw Object.assign(new Error(`${what} is broken`), { code: 'broken' });
  }
  if (attempt <= (script.fails ?? 0)) {
    const error = new Error(`${what} does not work`);
    throw Object.assign(error, { code: 'scripted', ...(script.terminal ? { terminal: true } : {}) });
  }
  return script.returns ?? { what, by: node };
}

/** Says that it is there, and waits to be told to go on. A step that heeds its signal rejects when that is aborted. */
function hold(place, { deaf = false }, signal, world) {
  return new Promise((resolve, reject) => {
    const heed = () => {
      say('aborted', { ...place, code: codeOf(signal.reason), name: signal.reason?.name });
      if (!deaf) reject(signal.reason);
    };
    world.held.set(`${place.sagaId} ${place.what}`, resolve);
    if (signal.aborted) heed();
    else signal.addEventListener('abort', heed, { once: true });
    say('at', place);
  });
}

/** DOMException has a number there. */
const codeOf = (error) => (typeof error?.code === 'string' ? error.code : undefined);

function block(file) {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) Atomics.wait(cell, 0, 0, 50);
}
