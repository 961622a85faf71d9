import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Many processes that start at once on a busy machine take their time. */
const STARTS_WITHIN_MS = 180_000;

/**
 * Starts `proofs/workers/FILE` as a process of its own. `ready` resolves when it answers. It imports the built packages, or
 * those with a planted bug when this process does.
 */
export function startWorker(file, { args = [], env = {} } = {}) {
  const child = fork(fileURLToPath(new URL(`../workers/${file}`, import.meta.url)), args, {
    serialization: 'advanced',
    env: { ...process.env, ...env },
  });
  const worker = new WorkerProcess(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS);
  worker.ready.catch(() => undefined).finally(() => clearTimeout(timer));
  return worker;
}

/** A process that answers questions (see `answer` in `worker.mjs`), and can be stopped in the middle of one. */
class WorkerProcess {
  asked = new Map();
  events = [];
  /** The warnings of its engine. */
  log = [];
  waiting = [];
  nextId = 1;

  constructor(child) {
    this.child = child;
    this.gone = once(child, 'exit').then(([code, signal]) => {
      for (const { reject } of this.asked.values())
        reject(new Error(`a worker ended (${signal ?? code}) with a question open`));
      this.asked.clear();
      return { code, signal };
    });
    this.ready = new Promise((resolve, reject) => {
      this.asked.set('ready', { resolve, reject });
    });
    child.on('message', (message) => this.hear(message));
  }

  get pid() {
    return this.child.pid;
  }

  get isAlive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The answer to a question; rejects with what the worker threw, its `code` kept, or when the process is gone. */
  ask(question, ...args) {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.asked.set(id, { resolve, reject });
      this.child.send({ id, question, args });
    });
  }

  /** Resolves with the next word of that name that the worker says by itself, or has said and nobody has heard yet. */
  said(event, isMeant = () => true, withinMs = 20_000) {
    const heard = this.events.findIndex(({ name, value }) => name === event && isMeant(value));
    if (heard !== -1) return Promise.resolve(this.events.splice(heard, 1)[0].value);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`a worker did not say "${event}" in ${withinMs} ms`)), withinMs);
      timer.unref();
      const hear = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
      this.waiting.push({ event, isMeant, hear });
    });
  }

  /** SIGKILL: it gets no chance to tidy up. Resolves when it is gone. */
  async kill() {
    if (this.isAlive) {
      this.child.kill('SIGCONT');
      this.child.kill('SIGKILL');
    }
    return this.gone;
  }

  /** SIGSTOP: it lives but does nothing until `resume`. */
  pause() {
    this.child.kill('SIGSTOP');
  }

  resume() {
    this.child.kill('SIGCONT');
  }

  hear({ id, value, error, event }) {
    if (event === 'log') return void this.log.push(value);
    if (event !== undefined) {
      const at = this.waiting.findIndex((each) => each.event === event && each.isMeant(value));
      if (at === -1) this.events.push({ name: event, value });
      else this.waiting.splice(at, 1)[0].hear(value);
      return;
    }
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (error) asked?.reject(Object.assign(new Error(error.message), error));
    else asked?.resolve(value);
  }
}
