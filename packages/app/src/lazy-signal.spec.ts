import { LazyAbort, withSignal } from './lazy-signal.js';

const madeOf = (source: LazyAbort) => Reflect.get(source, 'controller') as unknown;

describe('a signal that is made when it is asked for', () => {
  it('is not made by being there', () => {
    const source = new LazyAbort();
    const { step } = withSignal({ step: 'pay' }, source);
    expect([step, madeOf(source)]).toEqual(['pay', undefined]);
  });

  it('is the same each time, of whatever copy', () => {
    const source = new LazyAbort();
    const context = withSignal({ step: 'pay' }, source);
    const { signal } = context;
    const copies = [{ ...context }, Object.assign({}, context), Object.create(context) as typeof context];
    for (const copy of copies) expect(copy.signal === signal).toBe(true);
    expect(Object.keys(context)).toEqual(['step', 'signal']);
    source.abort('over');
    expect([signal.aborted, signal.reason]).toEqual([true, 'over']);
  });

  it('has been aborted when it is asked for after that, for the first reason', () => {
    const source = new LazyAbort();
    source.abort('first');
    source.abort('second');
    const { signal } = withSignal({}, source);
    expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
  });

  it('is a getter that all objects share', () => {
    const getters = [1, 2].map(() => Object.getOwnPropertyDescriptor(withSignal({}, new LazyAbort()), 'signal')?.get);
    expect(getters[0]).toBe(getters[1]);
  });
});
