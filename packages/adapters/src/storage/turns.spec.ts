import fc from 'fast-check';
import { Turns } from './turns.js';

const macrotask = () => new Promise((resume) => setImmediate(resume));

/** Turns, and the works that began, each of which ends when the test says so. */
function held() {
  const turns = new Turns();
  const begun: { name: number; end: (error?: Error) => void }[] = [];
  const ask = (name: number, isUrgent: boolean): Promise<number> => {
    const work = () =>
      new Promise<number>((resolve, reject) => {
        begun.push({ name, end: (error) => (error ? reject(error) : resolve(name)) });
      });
    return isUrgent ? turns.takeAhead(work) : turns.take(work);
  };
  return { turns, begun, ask, names: () => begun.map(({ name }) => name) };
}

describe('Turns', () => {
  it('begin at once where nobody is at it, and tell an error to its own caller only', async () => {
    const { turns, begun, ask, names } = held();
    expect(turns.isFree).toBe(true);
    const failed = ask(1, false).catch(String);
    const next = ask(2, true);
    expect([turns.isFree, names()]).toEqual([false, [1]]);
    begun[0]?.end(new Error('no'));
    expect(await failed).toBe('Error: no');
    await macrotask();
    begun[1]?.end();
    expect(await next).toBe(2);
    await macrotask();
    expect(turns.isFree).toBe(true);
  });

  it('let what is urgent go ahead of all that wait, and wait for the one that runs', async () => {
    const { begun, ask, names } = held();
    for (const name of [1, 2, 3]) void ask(name, false);
    void ask(9, true);
    begun[0]?.end();
    await macrotask();
    begun[1]?.end();
    await macrotask();
    expect(names()).toEqual([1, 9, 2]);
  });

  it('are idle when all that was asked for until then has run', async () => {
    const { turns, begun, ask } = held();
    void ask(1, false);
    void ask(2, true);
    let isIdle = false;
    const idle = turns.idle().then(() => (isIdle = true));
    begun[0]?.end();
    await macrotask();
    expect(isIdle).toBe(false);
    begun[1]?.end();
    await idle;
  });

  it('run one at a time, each kind in order; urgent work waits for one other at most, and cannot hold up the line', async () => {
    const step = fc.constantFrom('ask', 'ask urgently', 'end', 'fail');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { turns, begun, ask, names } = held();
        const answers: Promise<unknown>[] = [];
        const isUrgent: boolean[] = [];
        /** How many works of the line had ended when each was asked for. */
        const endedBefore: number[] = [];
        let ended = 0;
        const inLine = (of: readonly number[]) => of.filter((name) => !isUrgent[name]).length;
        const look = async () => {
          await macrotask();
          // One runs as long as any is there, never two.
          expect(begun.length).toBe(Math.min(ended + 1, isUrgent.length));
          expect(turns.isFree).toBe(ended === isUrgent.length);
        };
        const end = async (error?: Error) => {
          begun[ended]?.end(error);
          if (ended < begun.length) ended += 1;
          await look();
        };
        for (const each of steps) {
          if (each === 'end') await end();
          else if (each === 'fail') await end(new Error('failed'));
          else {
            endedBefore.push(inLine(names().slice(0, ended)));
            isUrgent.push(each === 'ask urgently');
            answers.push(ask(isUrgent.length - 1, each === 'ask urgently').catch(() => undefined));
            await look();
          }
        }
        while (ended < isUrgent.length) await end();
        await Promise.all(answers);

        const order = names();
        for (const kind of [true, false]) {
          const ofKind = order.filter((name) => isUrgent[name] === kind);
          expect(ofKind).toEqual([...ofKind].sort((a, b) => a - b));
        }
        let urgentSinceLine = new Set<number>();
        order.forEach((name, at) => {
          if (isUrgent[name]) {
            expect(inLine(order.slice(0, at)) - (endedBefore[name] ?? 0)).toBeLessThanOrEqual(1);
            urgentSinceLine.add(name);
            return;
          }
          // Between two works of the line only such urgent ones as were asked for before the first of them ended.
          const before = inLine(order.slice(0, at));
          const late = [...urgentSinceLine].filter((urgent) => (endedBefore[urgent] ?? 0) >= before);
          const wasWaiting = (endedBefore[name] ?? 0) < before;
          if (wasWaiting && before > 0) expect(late).toEqual([]);
          urgentSinceLine = new Set();
        });
      }),
    );
  });
});
