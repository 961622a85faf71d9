import { Bench, errorOf, fail, fine } from './breaker/testing/bench.js';
import type { CircuitBreakers } from './circuit-breakers.js';

const why = { by: 'ana', reason: 'they asked' };

describe('transitions of circuit breakers', () => {
  let bench: Bench;
  let time: Bench['time'];
  let breakers: CircuitBreakers;
  let other: CircuitBreakers;
  let heard: string[];
  let heardByOther: string[];
  beforeEach(async () => {
    bench = new Bench();
    ({ time } = bench);
    [breakers, other] = [bench.open(), bench.open()];
    [heard, heardByOther] = [[], []];
    breakers.onTransition(({ name, to, cause, scope }) => void heard.push(`${name} ${to} by ${cause}, ${scope}`));
    other.onTransition(({ name, to, cause, scope }) => void heardByOther.push(`${name} ${to} by ${cause}, ${scope}`));
    for (const each of [breakers, other]) await each.run('pay', fine);
  });

  it('reach every process once and in order, whichever made them', async () => {
    await bench.halfOpenIt(breakers);
    await breakers.run('pay', fine);
    await other.hold('pay', 'open', why);
    await breakers.release('pay', why);
    await time.pass(1_250);
    const all = [
      'pay open by failures_in_a_row, fleet',
      'pay half_open by cooldown_over, fleet',
      'pay open by hold, fleet',
      'pay half_open by release, fleet',
    ];
    expect(heard).toEqual(all);
    expect(heardByOther).toEqual(all);
  });

  it('begin anew with a row that was deleted: what the old one went through is not told again', async () => {
    await bench.openIt(breakers);
    await breakers.reset('pay', why);
    await time.pass(1_250);
    bench.store.rows.delete('pay');
    await time.pass(1_250);
    heard.length = 0;
    await breakers.hold('pay', 'open', why);
    await time.pass(1_250);
    await breakers.release('pay', why);
    await time.pass(1_250);
    expect(heard).toEqual(['pay open by hold, fleet', 'pay closed by release, fleet']);
  });

  it('begin for a process with its first use of the name', async () => {
    await bench.openIt(breakers);
    const later = bench.open();
    const seen: unknown[] = [];
    later.onTransition((transition) => void seen.push(transition.cause));
    await errorOf(later.run('pay', fine));
    await breakers.reset('pay', why);
    await time.pass(1_250);
    expect(seen).toEqual(['reset']);
  });

  it('reach the other listeners though one throws, and none that was removed', async () => {
    const seen: string[] = [];
    const listener = () => void seen.push('heard');
    breakers.onTransition(() => {
      throw new Error('a bad listener');
    });
    const remove = breakers.onTransition(listener);
    breakers.onTransition(listener);
    await breakers.reset('pay', why);
    await time.pass(0);
    expect(seen).toEqual(['heard', 'heard']);
    expect(bench.logged).toContain('a listener for breaker transitions threw');
    remove();
    await breakers.reset('pay', why);
    await time.pass(0);
    expect(seen).toHaveLength(3);
    expect(await breakers.run('pay', fine)).toBe('fine');
  });

  it('are told later when the history cannot be read, none of them twice', async () => {
    const { history } = bench.store;
    bench.store.history = async () => {
      throw new Error('no history');
    };
    await breakers.reset('pay', why);
    await time.pass(0);
    expect(heard).toEqual([]);
    bench.store.history = history.bind(bench.store);
    await breakers.hold('pay', 'open', why);
    await time.pass(1_250);
    expect(heard).toEqual(['pay closed by reset, fleet', 'pay open by hold, fleet']);
  });

  it('are told when the database is reached again, though nothing moves any more', async () => {
    const { history } = bench.store;
    bench.store.history = async () => {
      throw new Error('no history');
    };
    await breakers.reset('pay', why);
    await time.pass(1_250);
    expect(heard).toEqual([]);
    bench.store.history = history.bind(bench.store);
    await time.pass(1_250);
    expect([heard, heardByOther]).toEqual([['pay closed by reset, fleet'], ['pay closed by reset, fleet']]);
    bench.store.takeAsked();
    await time.pass(5_000);
    expect(bench.store.takeAsked()).toEqual(['flush', 'flush']);
  });

  it('that a process makes without its database are its own', async () => {
    bench.store.isDown = true;
    for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
    expect(heard).toEqual(['pay open by failures_in_a_row, process']);
    bench.store.isDown = false;
    await time.pass(1_250);
    expect(heard).toEqual(['pay open by failures_in_a_row, process', 'pay open by failures_in_a_row, fleet']);
    await time.pass(1_250);
    expect(heardByOther).toEqual(['pay open by failures_in_a_row, fleet']);
  });

  it('cost no reading where nobody listens', async () => {
    const silent = bench.open();
    await silent.run('pay', fine);
    bench.store.takeAsked();
    await silent.reset('pay', why);
    await time.pass(0);
    expect(bench.store.takeAsked()).toEqual(['reset']);
  });

  it('of the own breaker under a quorum are the own ones of the process', async () => {
    const alone = bench.open({ quorum: 2 });
    const seen: string[] = [];
    alone.onTransition(({ to, scope }) => void seen.push(`${to}, ${scope}`));
    for (let i = 0; i < 3; i += 1) await errorOf(alone.run('pay', fail));
    expect(seen).toEqual(['open, process']);
  });
});
