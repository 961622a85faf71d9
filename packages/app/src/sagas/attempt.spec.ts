import { failureText } from '../breaker/failure-text.js';
import { attempt, problemOf } from './attempt.js';
import { StopSign } from './stop-sign.js';

const no = (): never => {
  throw new Error('looked at');
};
const textless = Object.assign(Object.create(null), { status: 500 });
const unreadable = Object.defineProperty(new Error('no'), 'message', { get: no });
const never = new StopSign();
const limits = { timeoutMs: 1_000, abort: never, stop: never };
const untimed = () => () => undefined;

describe('a try', () => {
  it.each([
    ['without a text', textless, '{"status":500}'],
    ['that cannot be read', unreadable, expect.any(String)],
    ['of no class', null, 'null'],
  ])('fails with an error %s', async (_, error, message) => {
    const work = () => Promise.reject(error);
    const attempted = await attempt(work, limits, untimed, () => undefined);
    expect('problem' in attempted && attempted.problem).toMatchObject({ kind: 'error', message });
    expect('error' in attempted && attempted.error === error).toBe(true);
    expect(failureText(error)).toEqual(expect.any(String));
  });

  it('keeps what is told of it in bounds', () => {
    const { name, message } = problemOf({ name: Symbol('n'), message: 'x'.repeat(9_999), terminal: true });
    expect([name, message.length]).toEqual(['Symbol(n)', 2_000]);
  });

  it('rejects nowhere, also when a late error cannot be told', async () => {
    const rejections: unknown[] = [];
    const hear = (error: unknown) => void rejections.push(error);
    process.on('unhandledRejection', hear);
    let fail = no as (error: unknown) => void;
    const work = () => new Promise((_, reject) => (fail = reject));
    const atOnce = (timeout: () => void) => {
      setImmediate(timeout);
      return () => undefined;
    };
    expect(await attempt(work, limits, atOnce, no)).toMatchObject({ type: 'failed', problem: { kind: 'timeout' } });
    fail(textless);
    await new Promise((resume) => setTimeout(resume, 5));
    process.off('unhandledRejection', hear);
    expect(rejections).toEqual([]);
  });
});
