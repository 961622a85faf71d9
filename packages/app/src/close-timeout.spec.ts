import { closeTimeoutMsOf } from './close-timeout.js';

describe('how long closing waits', () => {
  it.each([0, 1.5, 5_000, Infinity])('may be %p', (timeoutMs) =>
    expect(closeTimeoutMsOf({ timeoutMs })).toBe(timeoutMs),
  );

  it('is 5 s when nothing is said', () => expect([closeTimeoutMsOf(), closeTimeoutMsOf({})]).toEqual([5_000, 5_000]));

  it.each([NaN, -1, -Infinity, '5', null, {}])('cannot be %p', (timeoutMs) => {
    expect(() => closeTimeoutMsOf({ timeoutMs: timeoutMs as number })).toThrow(
      expect.objectContaining({ code: 'invalid_settings', setting: 'timeoutMs' }),
    );
  });
});
