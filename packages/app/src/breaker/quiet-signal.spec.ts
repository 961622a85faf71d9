import { isQuiet } from './quiet-signal.js';
import { Bench } from './testing/bench.js';

describe('the signal of calls without one of their own', () => {
  it('is shared by a thousand calls, then let go with whatever listens to it', async () => {
    const breakers = new Bench().open();
    const seen: AbortSignal[] = [];
    for (let i = 0; i < 5_000; i += 1) await breakers.run('pay', async (signal) => void seen.push(signal));
    const changes = seen.flatMap((signal, i) => (i > 0 && signal !== seen[i - 1] ? [i] : []));
    expect(changes.map((at, i) => at - (changes[i - 1] ?? 0))).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(new Set(seen).size).toBe(5);
    expect(seen.some(({ aborted }) => aborted)).toBe(false);
    expect(seen.every(isQuiet)).toBe(true);
    expect(isQuiet(new AbortController().signal)).toBe(false);
  });

  it('warns of no leak, however many listen to it', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => void warnings.push(warning);
    process.on('warning', hear);
    const breakers = new Bench().open();
    for (let i = 0; i < 1_100; i += 1) {
      await breakers.run('pay', async (signal) => signal.addEventListener('abort', () => undefined));
    }
    await new Promise((resume) => setImmediate(resume));
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });
});
