import fc from 'fast-check';
import { forecastAccuracy } from './forecast-accuracy.js';
import type { ForecastCheck } from './measured-prediction.js';

const check = (changes: Partial<ForecastCheck>): ForecastCheck => ({
  creatorId: 'a',
  actualUsd: 100,
  forecastUsd: 100,
  interval: null,
  naiveUsd: null,
  weekBeforeUsd: null,
  ...changes,
});

it('comes to what one works out by hand', () => {
  const accuracy = forecastAccuracy([
    check({ actualUsd: 100, forecastUsd: 80, naiveUsd: 60, weekBeforeUsd: 60, interval: { lowUsd: 60, highUsd: 100 } }),
    check({ actualUsd: 50, forecastUsd: 70, naiveUsd: 60, weekBeforeUsd: 60, interval: { lowUsd: 51, highUsd: 90 } }),
    check({ creatorId: 'b', actualUsd: 250, forecastUsd: 200, naiveUsd: 260, weekBeforeUsd: 250 }),
    check({ creatorId: 'b', actualUsd: 0, forecastUsd: 0 }),
  ]);
  expect(accuracy).toEqual({
    measured: 4,
    wape: 90 / 400,
    naiveWape: 60 / 400,
    comparedWape: 90 / 400,
    mase: (40 / 50 + 50 / 10) / 2,
    creatorsBeatingNaivePct: 50,
    coveragePct: 50,
    within25Pct: (2 / 3) * 100, // 20 of 80 is just inside, 50 of 200 too, 20 of 70 is not; a forecast of 0 does not count
    directionRightPct: 50, // the third week came out as the week before: a tie
    biasPct: (50 / 350) * 100,
  });
});

it('says null where nothing can be said', () => {
  expect(forecastAccuracy([])).toEqual({
    measured: 0,
    wape: null,
    naiveWape: null,
    comparedWape: null,
    mase: null,
    creatorsBeatingNaivePct: null,
    coveragePct: null,
    within25Pct: null,
    directionRightPct: null,
    biasPct: null,
  });
  expect(forecastAccuracy([check({ actualUsd: 0, forecastUsd: 5 })]).wape).toBeNull();
  expect(forecastAccuracy([check({ naiveUsd: 100 })]).mase).toBeNull();
});

it('leaves ties out on either side', () => {
  const rightOf = (actualUsd: number, forecastUsd: number) =>
    forecastAccuracy([check({ actualUsd, forecastUsd, weekBeforeUsd: 90 })]).directionRightPct;
  expect([rightOf(100, 95), rightOf(100, 80), rightOf(80, 85), rightOf(90, 95), rightOf(95, 90)]).toEqual([
    100,
    0,
    100,
    null,
    null,
  ]);
});

it('is perfect for perfect forecasts, and does not depend on the order of weeks or the currency', () => {
  const amount = fc.integer({ min: 1, max: 10_000 });
  const any = fc.record({
    creatorId: fc.constantFrom('a', 'b', 'c'),
    actualUsd: amount,
    forecastUsd: amount,
    naiveUsd: amount,
  });
  const property = fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (rows) => {
    const checks = rows.map((row) => check({ ...row, weekBeforeUsd: 5_000 }));
    const accuracy = forecastAccuracy(checks);
    const same = forecastAccuracy(
      [...checks].reverse().map((one) => ({
        ...one,
        actualUsd: one.actualUsd * 4,
        forecastUsd: one.forecastUsd * 4,
        naiveUsd: (one.naiveUsd ?? 0) * 4,
        weekBeforeUsd: 20_000,
      })),
    );
    for (const key of Object.keys(accuracy) as (keyof typeof accuracy)[]) {
      if (accuracy[key] === null) expect(same[key]).toBeNull();
      else expect(same[key]).toBeCloseTo(accuracy[key], 9);
    }
    const perfect = forecastAccuracy(checks.map((one) => ({ ...one, forecastUsd: one.actualUsd })));
    expect(perfect).toMatchObject({ wape: 0, within25Pct: 100, biasPct: 0 });
    expect([0, null]).toContain(perfect.mase);
  });
  fc.assert(property, { numRuns: 1_000 });
});
