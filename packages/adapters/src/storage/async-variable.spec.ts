import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { AsyncVariable } from './async-variable.js';

const pause = (): Promise<void> => new Promise((resume) => setImmediate(resume));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What each storage that Node carries along leaves on a promise, up to Node 22. */
const carried = (): number => Object.getOwnPropertySymbols(new Promise(() => undefined)).length;

/** Calls within calls, as a tree. */
interface Call {
  readonly variable: number;
  readonly value: number | undefined;
  readonly inner: readonly Call[];
}

const { calls } = fc.letrec<{ calls: Call[]; call: Call }>((tie) => ({
  calls: fc.array(tie('call'), { maxLength: 3, depthIdentifier: 'calls' }),
  call: fc.record({
    variable: fc.nat(2),
    value: fc.option(fc.nat(), { nil: undefined }),
    inner: fc.oneof({ depthIdentifier: 'calls', maxDepth: 5 }, fc.constant([]), tie('calls')),
  }),
}));

describe('a variable for the code that a call runs', () => {
  it('holds for all that this code waits for, and for nothing beside it', async () => {
    const variable = new AsyncVariable<string[]>();
    const seen = async (): Promise<string[] | undefined> => {
      await pause();
      return variable.getStore();
    };
    const [a, b, none] = await Promise.all([
      variable.run(['a'], seen),
      variable.run(['b'], async () => [...((await variable.run(['c'], seen)) ?? []), ...((await seen()) ?? [])]),
      seen(),
    ]);
    expect([a, b, none]).toEqual([['a'], ['c', 'b'], undefined]);
    expect(await variable.run(['a'], () => variable.exit(seen))).toBeUndefined();
  });

  it('holds what the innermost call of this very variable gave, whatever others are given', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (all) => {
        const variables = [0, 1, 2].map(() => new AsyncVariable<{ value: number }>());
        const held = (): (number | undefined)[] => variables.map((each) => each.getStore()?.value);
        const make = async ({ variable, value, inner }: Call, around: (number | undefined)[]): Promise<void> => {
          const within = around.with(variable, value);
          const work = async (): Promise<void> => {
            expect(held()).toEqual(within);
            await Promise.all(inner.map((call) => make(call, within)));
            expect(held()).toEqual(within);
          };
          await (value === undefined ? variables[variable]?.exit(work) : variables[variable]?.run({ value }, work));
          expect(held()).toEqual(around);
        };
        await Promise.all(all.map((call) => make(call, [undefined, undefined, undefined])));
      }),
    );
  });

  it('leaves nothing on the promises of the process, however many there were', async () => {
    await new AsyncVariable<object>().run({}, pause);
    const before = carried();
    for (let count = 0; count < 20; count += 1) await new AsyncVariable<object>().run({}, pause);
    expect(carried()).toBe(before);
  });

  it('keeps nothing of what it held, where code starts itself again and again', async () => {
    const [first, second] = [new AsyncVariable<object>(), new AsyncVariable<object>()];
    const held: WeakRef<object>[] = [];
    const again = (left: number, end: (kept: number) => void): void => {
      collectGarbage();
      if (left === 0) return end(held.filter((each) => each.deref()).length);
      const value = {};
      held.push(new WeakRef(value));
      first.run(value, () => setImmediate(() => second.run({}, () => again(left - 1, end))));
    };
    expect(await new Promise<number>((end) => again(20, end))).toBeLessThanOrEqual(2);
  });
});
