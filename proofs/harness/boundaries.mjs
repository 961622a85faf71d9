import { bindings } from '@eros/app';
import { ContainerModule } from 'inversify';

/** Calls to the store that write nothing: no place to die at that would differ from the one before. */
const READING = new Set(['find', 'records', 'list', 'claimable', 'waiting']);

/** So that what follows from what was passed has begun. */
const A_LITTLE_MS = 100;

/**
 * Every place at which a process that works on sagas can die and leave something else behind: before and after each writing
 * call to the store and each commit of a step, whatever calls the port has, and where a step says so itself. A place is named
 * by what is written there, not by its number, so that runs in which other things happen at the same time agree on it.
 */
export class Boundaries {
  passed = [];
  /** The entries of the journal that were appended. */
  wrote = [];
  times = new Map();
  renewals = 0;
  ended = new Set();
  waiting = [];

  /**
   * @param killAt the process kills itself when it passes this one.
   * @param stopsBehind the process stops itself a little behind this one, until somebody lets it go on.
   */
  constructor({ killAt, stopsBehind } = {}) {
    this.killAt = killAt;
    this.stopsBehind = stopsBehind;
  }

  pass(what) {
    const nth = (this.times.get(what) ?? 0) + 1;
    this.times.set(what, nth);
    const name = nth === 1 ? what : `${what}, time ${nth}`;
    if (name === this.killAt) process.kill(process.pid, 'SIGKILL');
    if (name === this.stopsBehind) setTimeout(() => process.kill(process.pid, 'SIGSTOP'), A_LITTLE_MS);
    this.passed.push(name);
    if (what === 'after renew') this.renewals += 1;
    for (const { isMet, go } of this.waiting) if (isMet()) go();
  }

  /** Resolves when it is so, as a place is passed that made it so. */
  until(isMet) {
    if (isMet()) return Promise.resolve();
    return new Promise((go) => this.waiting.push({ isMet, go }));
  }

  /** For `createEros`: the store and the transactions of steps, with their places. */
  module() {
    return new ContainerModule(({ onActivation }) => {
      onActivation(bindings.sagaStore, (_context, store) => this.guardStore(store));
      onActivation(bindings.unitOfWork, (_context, unitOfWork) => this.guardTransactions(unitOfWork));
    });
  }

  guardStore(store) {
    const around = (method) => async (name, args, done) => {
      this.pass(`before ${name}`);
      const result = await method.apply(store, args);
      done?.();
      this.pass(`after ${name}`);
      return result;
    };
    return new Proxy(store, {
      get: (_, name) => {
        const method = store[name];
        if (typeof method !== 'function') return method;
        if (READING.has(name)) return method.bind(store);
        if (name === 'create') {
          return (saga, holder, tx) => {
            let events = [];
            const begin = (...asked) => {
              events = holder.begin(...asked);
              this.pass('within create');
              return events;
            };
            const args = [saga, holder && { ...holder, begin }, tx];
            return around(method)(name, args, () => this.wrote.push(...events.map(shortOf)));
          };
        }
        if (name !== 'append') return (...args) => around(method)(name, args);
        return (held, decide, tx) => {
          // What is decided rests on the saga and the instant alone: asked once more it says the same.
          const call = `append ${shortOf(decide(held.nowMs)[0])}`;
          let events = [];
          const heard = (nowMs) => {
            events = decide(nowMs);
            this.pass(`within ${call}`);
            return events;
          };
          return around(method)(call, [held, heard, tx], () => {
            this.wrote.push(...events.map(shortOf));
            for (const { type, step } of events) if (type === 'step_ended') this.ended.add(`${held.sagaId} ${step}`);
          });
        };
      },
    });
  }

  guardTransactions(unitOfWork) {
    const transaction = async (work, options) => {
      let what = 'a transaction';
      this.opened = (step) => (what = `the commit of ${step}`);
      const result = await unitOfWork.transaction(work, options);
      this.pass(`after ${what}`);
      return result;
    };
    return new Proxy(unitOfWork, {
      get: (_, name) => {
        if (name === 'transaction') return transaction;
        const value = unitOfWork[name];
        return typeof value === 'function' ? value.bind(unitOfWork) : value;
      },
    });
  }
}

export const shortOf = ({ type, step }) => (step === undefined ? type : `${type} ${step}`);
