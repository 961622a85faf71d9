import { realTimeFree } from './real-time-traps.js';
import { report } from './report.js';
import { scenarioOf } from './scenario.js';
import { simulate, type Outcome } from './simulate.js';
import { shrink } from './shrink.js';

/** A planted bug is to be found by more seeds than a sound engine has to stand in every run of the tests. */
const SEEDS = process.env['EROS_PLANTED'] ? 2_000 : 200;

describe('a simulated world', () => {
  it(`breaks no rule in ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await simulate(scenarioOf(seed));
      if (outcome.violation) throw new Error(report(outcome, await shrink(outcome)));
    }
  }, 600_000);

  it.each([3, 4, 5])('is the same again, to the byte, for one seed (%i)', async (seed) => {
    const traceOf = async (): Promise<string> => {
      const { trace, steps, commits } = await simulate(scenarioOf(seed), { isTraced: true });
      return [...trace, steps, commits].join('\n');
    };
    const first = await traceOf();
    await simulate(scenarioOf(seed + 1));
    expect(await traceOf()).toBe(first);
    expect(first).toMatch(/CLIENT/);
  });

  it('differs from seed to seed', async () => {
    const [one, other] = await Promise.all([6, 7].map((seed) => scenarioOf(seed)));
    expect(one).not.toEqual({ ...other, seed: 6 });
  });
});

describe('what a world must not reach for', () => {
  it.each([
    ['now', () => Date.now()],
    ['random', () => Math.random()],
    ['setTimeout', () => setTimeout(() => undefined, 1)],
    ['randomUUID', () => crypto.randomUUID()],
  ])('is told: %s', async (name, reach) => {
    const caught: string[] = [];
    const attempt = realTimeFree(
      (what) => caught.push(what),
      async () => reach(),
    );
    await expect(attempt).rejects.toThrow(name);
    expect(caught).toEqual([name]);
    expect(() => clearTimeout(reach() as never)).not.toThrow();
  });
});

describe('a failure', () => {
  it('says what broke, where, and how to see it again', async () => {
    const sound = await simulate({ ...scenarioOf(8), workers: 2, faults: ['lost'] });
    const violation = { invariant: 'all is well', facts: 'it is not', step: 12 };
    const failing: Outcome = { ...sound, violation };
    const lines = report(failing, failing).split('\n');
    expect(lines).toContain('seed 8, step 12: VIOLATED: all is well');
    expect(lines.at(-1)).toMatch(/^again: npm run sim -- --seed 8 .*--faults lost.* --trace$/);
    expect(sound.trace.length).toBeLessThanOrEqual(30);
    // No part of it fails: then it is the smallest itself.
    expect(await shrink(failing)).toBe(failing);
  });
});
