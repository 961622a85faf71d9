import {
  createNoopMeter,
  metrics,
  type BatchObservableCallback,
  type MeterProvider,
  type Observable,
} from '@opentelemetry/api';
import { Bench, errorOf, fail, fine, hanging } from './testing/bench.js';

const names = new Map<Observable, string>();
/** The instruments of a meter that does nothing are all alike: each is to be told apart. */
const named = (name: string, like: Observable): Observable => {
  const own: Observable = Object.create(like);
  names.set(own, name);
  return own;
};

/** A provider that keeps what it is told, as far as breakers use it. */
class Readings {
  readonly added: string[] = [];
  private readonly callbacks = new Set<BatchObservableCallback>();

  readonly provider: MeterProvider = {
    getMeter: () => {
      const meter = createNoopMeter();
      meter.createObservableCounter = (name) => named(name, meter.createObservableUpDownCounter(name));
      meter.createObservableGauge = (name) => named(name, meter.createObservableUpDownCounter(name));
      meter.createCounter = (name) => ({
        add: (value, attributes) => void this.added.push(lineOf(name, value, attributes ?? {})),
      });
      meter.addBatchObservableCallback = (callback) => void this.callbacks.add(callback);
      meter.removeBatchObservableCallback = (callback) => void this.callbacks.delete(callback);
      return meter;
    },
  };

  read(): string[] {
    const lines: string[] = [];
    const observe = (instrument: Observable, value: number, attributes: object = {}) =>
      void lines.push(lineOf(names.get(instrument) ?? 'unknown', value, attributes));
    for (const callback of this.callbacks) void callback({ observe });
    return lines;
  }
}

const lineOf = (name: string, value: number, attributes: object): string =>
  `${name} ${Object.values(attributes).join(' ')} ${value}`;

describe('the metrics of circuit breakers', () => {
  let readings: Readings;
  beforeEach(() => {
    readings = new Readings();
    metrics.setGlobalMeterProvider(readings.provider);
  });
  afterEach(() => metrics.disable());

  it('count calls by outcome, refusals by reason, and what this process moved', async () => {
    const bench = new Bench();
    const breakers = bench.open({ isFailure: (error) => error !== 'ignored' });
    const other = bench.open();
    await other.run('pay', fine);
    for (const call of [fine, fine, () => Promise.reject(new Error('x')), () => Promise.reject('ignored')]) {
      await errorOf(breakers.run('pay', call));
    }
    await breakers.hold('pay', 'open', { by: 'ana', reason: 'a test' });
    await errorOf(breakers.run('pay', fine));
    await breakers.release('pay', { by: 'ana', reason: 'done' });
    for (let i = 0; i < 3; i += 1) await errorOf(breakers.run('pay', fail));
    await errorOf(breakers.run('pay', fine));
    await bench.time.pass(10_000);
    const trial = hanging();
    void breakers.run('pay', trial.call);
    await bench.time.pass(0);
    expect(readings.read()).toEqual(
      expect.arrayContaining([
        'eros.breaker.calls pay success 2',
        'eros.breaker.calls pay failure 3',
        'eros.breaker.calls pay neither 1',
        'eros.breaker.refusals pay held 1',
        'eros.breaker.refusals pay open 2',
        'eros.breaker.refusals pay own 0',
        'eros.breaker.refusals pay store_down 0',
        'eros.breaker.state pay 1',
        'eros.breaker.trials_out pay 1',
      ]),
    );
    expect(readings.added).toEqual([
      'eros.breaker.transitions pay open hold 1',
      'eros.breaker.transitions pay closed release 1',
      'eros.breaker.transitions pay open failures_in_a_row 1',
      'eros.breaker.transitions pay half_open cooldown_over 1',
    ]);
    await breakers.close();
    await other.close();
    expect(readings.read()).toEqual([]);
  });
});
