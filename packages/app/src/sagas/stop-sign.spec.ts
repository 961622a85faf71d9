import { StopSign } from './stop-sign.js';

describe('a stop sign', () => {
  it('is given once, to all who heed it, for the first reason', () => {
    const sign = new StopSign();
    const told: unknown[] = [];
    for (const name of ['a', 'b']) sign.heed(() => told.push([name, sign.reason]));
    expect([sign.isGiven, sign.reason]).toEqual([false, undefined]);
    sign.give('over');
    sign.give('again');
    expect(told).toEqual([
      ['a', 'over'],
      ['b', 'over'],
    ]);
    expect([sign.isGiven, sign.reason]).toEqual([true, 'over']);
  });

  it('is not told to who has called it off, nor to who comes after it', () => {
    const sign = new StopSign();
    const told: string[] = [];
    const off = sign.heed(() => told.push('called off'));
    sign.heed(() => told.push('heeding'));
    off();
    sign.give();
    sign.heed(() => told.push('late'));
    sign.give();
    expect(told).toEqual(['heeding']);
  });

  it('is told to those who heed it at the time, whom the first may call off', () => {
    const sign = new StopSign();
    const told: string[] = [];
    sign.heed(() => {
      told.push('first');
      sign.heed(() => told.push('new'));
    });
    sign.heed(() => told.push('second'));
    sign.give();
    expect(told).toEqual(['first', 'second']);
  });
});
