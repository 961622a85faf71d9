import { SetAside } from './set-aside.js';

describe('sagas set aside', () => {
  it('stand in nobody’s way: one of them is tried again with each look, in turn', () => {
    const aside = new SetAside();
    expect(['a', 'b', 'a'].map((id) => aside.add(id))).toEqual([true, true, false]);
    expect(aside.next(['a', 'b', 'c', 'd'])).toEqual(['b', 'c', 'd']);
    aside.add('b');
    expect(aside.next(['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
    expect(aside.next(['c'])).toEqual(['c']);
  });

  it('are forgotten when they wait for nobody any more, or were taken up', () => {
    const aside = new SetAside();
    for (const id of ['a', 'b', 'c']) aside.add(id);
    aside.keep(['b', 'c', 'd']);
    aside.delete('c');
    expect([aside.size, aside.next(['a', 'b', 'c'])]).toEqual([1, ['b', 'a', 'c']]);
  });
});
