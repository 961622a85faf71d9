// A process with an engine of its own, guarding calls that do what its starter says. It is told to make a call and hears
// how the call ends in a question of its own, so that a call can be out as long as a proof wants it to.
import { bindings, createEros } from '@eros/app';
import { seededRandom } from '@eros/domain';
import { ContainerModule } from 'inversify';
import { answer, logger, say } from '../harness/worker.mjs';

let eros;
const callsOut = new Map();

/** How a guarded call ended: its value, or the code of the error, and what the error tells. */
async function told(work) {
  try {
    return { value: await work() };
  } catch (error) {
    const { code, state, retryAfterMs, by, reason, message } = error;
    return { code: code ?? message, state, retryAfterMs, by, reason };
  }
}

const handlers = {
  async open({ database, breakers = {}, clockAheadMs = 0, node }) {
    eros = await createEros({
      database,
      migrate: 'auto',
      ...(node === undefined ? {} : { node }),
      breakers,
      logger,
      modules: [
        new ContainerModule(({ rebind }) =>
          rebind(bindings.processClock).toConstantValue({ nowMs: () => Date.now() + clockAheadMs }),
        ),
      ],
    });
  },
  /** Closes the engine and opens another: one with another clock. */
  async reopen(options) {
    await eros.close();
    await handlers.open(options);
  },
  state: (name) => eros.breakers.state(name),
  health: () => eros.breakers.health(),
  hold: (name, as, why) => eros.breakers.hold(name, as, why),
  release: (name, why) => eros.breakers.release(name, why),
  reset: (name, why) => eros.breakers.reset(name, why),
  history: (name) => eros.breakers.history(name),
  /** A call that comes back after `takesMs`, as `outcome` says. */
  async call(name, { outcome = 'success', takesMs = 0, trial = {} } = {}) {
    const startedAt = performance.now();
    let wasRun = false;
    const end = await told(() =>
      eros.breakers.run(name, async () => {
        wasRun = true;
        trial.fromMs = Date.now();
        if (takesMs > 0) await new Promise((resume) => setTimeout(resume, takesMs));
        trial.toMs = Date.now();
        if (outcome !== 'success') throw new Error('the service failed');
        return 'done';
      }),
    );
    return { ...end, wasRun, ms: performance.now() - startedAt };
  },
  /** So many calls, each after the other has ended. */
  async calls(name, count, call) {
    const ends = [];
    for (let i = 0; i < count; i += 1) ends.push(await handlers.call(name, call));
    return ends;
  },
  /** Begins a call that stays out until `settle`. Answers once it is out, or refused. */
  begin: (name, id) =>
    new Promise((resolve) => {
      const call = {};
      call.ended = told(() =>
        eros.breakers.run(name, (signal) => {
          say('out', { name, id, atMs: Date.now() });
          signal.addEventListener('abort', () => say('aborted', { name, id, code: signal.reason?.code }));
          return new Promise((done, fail) => {
            Object.assign(call, { done, fail });
            resolve({ isOut: true });
          });
        }),
      );
      callsOut.set(id, call);
      void call.ended.then((end) => {
        callsOut.delete(id);
        resolve({ isOut: false, ...end });
      });
    }),
  /** Ends a call that is out, and waits until its caller has its answer. */
  async settle(id, outcome) {
    const { done, fail, ended } = callsOut.get(id);
    if (outcome === 'success') done('done');
    else fail(new Error('the service failed'));
    return ended;
  },
  /**
   * Calls again and again, whatever comes of it, for `forMs` or until a call has hung. Answers with when each trial was
   * out, by the machine's clock, and how many calls were refused. `hangs`: a call that is out stays out until `settle`.
   */
  async hammer(name, { forMs = Infinity, takesMs = [0, 0], hangs = false, seed = '' } = {}) {
    const random = seededRandom(`${seed} ${process.pid}`);
    const trials = [];
    let refused = 0;
    const endsAt = performance.now() + forMs;
    while (performance.now() < endsAt) {
      if (hangs) {
        const { isOut } = await handlers.begin(name, name);
        if (isOut) break;
        refused += 1;
      } else {
        const trial = {};
        const { wasRun } = await handlers.call(name, {
          takesMs: takesMs[0] + random() * (takesMs[1] - takesMs[0]),
          trial,
        });
        if (wasRun) trials.push(trial);
        else refused += 1;
      }
      await new Promise((resume) => setTimeout(resume, 5));
    }
    return { trials, refused };
  },
  close: () => eros.close(),
};

answer(handlers);
