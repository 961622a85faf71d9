import { isTripped, minimumCallsOf, TripWindows } from './trip-rules.js';

const over = { calls: 1_000 };

describe('a rate rule', () => {
  it('opens exactly at its threshold, however the share is written', () => {
    for (let calls = 1; calls <= 1_000; calls += 1) {
      for (const bad of [1, Math.ceil(calls / 3), calls]) {
        const rule = { threshold: Number((bad / calls).toString()), over, minimumCalls: 1 };
        expect(isTripped(rule, { calls, bad })).toBe(true);
        if (bad > 1) expect(isTripped(rule, { calls, bad: bad - 1 })).toBe(false);
      }
    }
    expect(isTripped({ threshold: 0.1, over, minimumCalls: 1 }, { calls: 30, bad: 3 })).toBe(true);
  });

  it('judges nothing below its minimum, not even failures only', () => {
    const rule = { threshold: 0.5, over, minimumCalls: 10 };
    expect(isTripped(rule, { calls: 9, bad: 9 })).toBe(false);
    expect(isTripped(rule, { calls: 10, bad: 5 })).toBe(true);
    expect(isTripped({ ...rule, minimumCalls: 1 }, { calls: 0, bad: 0 })).toBe(false);
  });

  it('wants 20 calls where no minimum is given, or all that its window holds', () => {
    expect(minimumCallsOf({ threshold: 1, over: { ms: 1_000 } })).toBe(20);
    expect(minimumCallsOf({ threshold: 1, over: { calls: 100 } })).toBe(20);
    expect(minimumCallsOf({ threshold: 1, over: { calls: 5 } })).toBe(5);
    expect(minimumCallsOf({ threshold: 1, over: { calls: 100 }, minimumCalls: 3 })).toBe(3);
  });
});

describe('the windows of a process', () => {
  const call = (isFailure: boolean, durationMs = 0) => ({ isFailure, durationMs, atMs: 0 });

  it('trip by failures, the last of which may have been some calls ago', () => {
    const windows = new TripWindows({ failureRate: { threshold: 0.5, over: { calls: 10 }, minimumCalls: 4 } });
    expect(windows.add(call(true))).toBeUndefined();
    expect(windows.add(call(true))).toBeUndefined();
    expect(windows.add(call(false))).toBeUndefined();
    expect(windows.add(call(false))).toBe('failure_rate');
  });

  it('trip by slowness, of successes and failures alike, from slowMs on', () => {
    const windows = new TripWindows({ slowCalls: { slowMs: 100, threshold: 1, over: { calls: 2 } } });
    expect(windows.add(call(false, 99))).toBeUndefined();
    expect(windows.add(call(true, 100))).toBeUndefined();
    expect(windows.add(call(false, 100))).toBe('slow_calls');
  });

  it('see nothing where there is no rule', () => {
    const windows = new TripWindows({});
    for (let i = 0; i < 50; i += 1) expect(windows.add(call(true, 1e6))).toBeUndefined();
  });
});
