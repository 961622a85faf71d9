// What the volume learner earns in a year in worlds whose best volume is known, beside a volume that never moves.
// Needs the built domain: npx nx build domain && node benchmarks/learning-simulator.bench.mjs [CREATORS] [SEED]
//
// The world: fans log-uniform between 100 and 30,000; the computed volume is that of their tier (predecessor facts 2.1, paid
// pages); the best volume is lognormal (median 4.5, sd .45), nearly independent of the fans; weekly revenue follows the
// curve named in the row, times lognormal noise. Figures are expected revenue over that of the best constant volume
// (1..8 sends a day), from week 9 on: of all creators together, the median creator, the 5th percentile; then from week 27
// on; the share of creators that earned under 95 % of what their computed volume would have; mean step a week.
// The last table counts creators ever called improved or degraded where volume does not matter, under the learner's moves.
import { classifyOutcome, learnWeek, newLearningState, nextOffset, normalDraw, seededRandom } from '@eros/domain';

const CREATORS = Number(process.argv[2] ?? 300);
const SEED = process.argv[3] ?? '1';
const DAY_MS = 86_400_000;
const mondays = Array.from({ length: 104 }, (_, week) =>
  new Date(Date.UTC(2026, 0, 5) + 7 * week * DAY_MS).toISOString().slice(0, 10),
);

const ricker = (sharpness) => (volume, felt, best) => Math.exp(sharpness * (Math.log(volume) - felt / best));
const CURVES = {
  ricker: ricker(1),
  'flat ricker': ricker(0.6),
  // A shape that the learner does not know: a parabola that ends at twice the best volume.
  parabola: (volume, felt, best) => Math.max(0.05, (volume / best) * (2 - felt / best)),
  'no effect': () => 1,
};
const bestOf = (curve, best) => Math.max(...[1, 2, 3, 4, 5, 6, 7, 8].map((volume) => curve(volume, volume, best)));

const static_ = () => 0;
const learner = ({ state, computedVolume, lastOffset, weeksAtOffset, seed }) =>
  nextOffset({ state, computedVolume, lastOffset, weeksAtOffset, fatigue: 0, isFrozen: false, seed }).offset;

function simulate(policy, { cv, curve = CURVES.ricker, weeks = 52, stockKept = 0, feltAtOnce = 1 }) {
  const sd = Math.sqrt(Math.log(1 + cv * cv));
  const sum = { early: 0, bestEarly: 0, late: 0, bestLate: 0, steps: 0 };
  const shares = [];
  let harmed = 0;
  const called = { improved: 0, degraded: 0 };
  for (let creator = 0; creator < CREATORS; creator++) {
    const random = seededRandom(`${SEED} ${creator}`);
    const fans = Math.exp(Math.log(100) + random() * Math.log(300));
    const computedVolume = fans < 1_000 ? 3 : fans < 5_000 ? 4 : fans < 15_000 ? 5 : 6;
    const best = 4.5 * Math.exp(0.45 * normalDraw(random)) * (fans / 2_000) ** 0.05;
    const most = bestOf(curve, best);
    const usual = curve(computedVolume, computedVolume, best);
    let [stock, offset, weeksAtOffset, year, own] = [computedVolume, 0, 100, 0, 0];
    let state = newLearningState(computedVolume);
    const ever = new Set();
    for (let week = 0; week < weeks; week++) {
      const seed = `${SEED} ${creator} ${mondays[week]}`;
      const next = policy({ state, computedVolume, lastOffset: offset, weeksAtOffset, seed });
      sum.steps += Math.abs(next - offset);
      weeksAtOffset = next === offset ? weeksAtOffset + 1 : 1;
      offset = next;
      const volume = Math.min(8, Math.max(1, computedVolume + offset));
      stock = stockKept * stock + (1 - stockKept) * volume;
      const mean = curve(volume, feltAtOnce * volume + (1 - feltAtOnce) * stock, best);
      year += mean;
      if (week >= 8) {
        own += mean;
        sum.early += mean;
        sum.bestEarly += most;
      }
      if (week >= 26) {
        sum.late += mean;
        sum.bestLate += most;
      }
      const revenueUsd = 1_500 * mean * Math.exp(sd * normalDraw(random) - (sd * sd) / 2);
      state = learnWeek(state, { weekStart: mondays[week], volume, revenueUsd });
      ever.add(classifyOutcome(state, volume).classification);
    }
    shares.push(own / (most * (weeks - 8)));
    if (year < 0.95 * usual * weeks) harmed += 1;
    for (const name of Object.keys(called)) if (ever.has(name)) called[name] += 1;
  }
  shares.sort((a, b) => a - b);
  const percent = (share) => (100 * share).toFixed(1);
  return {
    'all %': percent(sum.early / sum.bestEarly),
    'median %': percent(shares[CREATORS >> 1]),
    'p5 %': percent(shares[Math.floor(CREATORS * 0.05)]),
    'from wk 27 %': percent(sum.late / sum.bestLate),
    'harmed %': percent(harmed / CREATORS),
    'step/wk': (sum.steps / (CREATORS * weeks)).toFixed(2),
    'improved %': percent(called.improved / CREATORS),
    'degraded %': percent(called.degraded / CREATORS),
  };
}

const worlds = [
  ['variation .25', { cv: 0.25 }],
  ['variation .40', { cv: 0.4 }],
  ['variation .60', { cv: 0.6 }],
  ['flat curve, .40', { cv: 0.4, curve: CURVES['flat ricker'] }],
  ['unknown shape, .40', { cv: 0.4, curve: CURVES.parabola }],
  ['slow fatigue, .25, 78 wk', { cv: 0.25, stockKept: 0.9, feltAtOnce: 0.3, weeks: 78 }],
  ['no effect, .25', { cv: 0.25, curve: CURVES['no effect'] }],
  ['no effect, .40', { cv: 0.4, curve: CURVES['no effect'] }],
];
const rows = {};
const lost = [];
for (const [name, world] of worlds) {
  rows[`${name}: static`] = simulate(static_, world);
  rows[`${name}: learner`] = simulate(learner, world);
  const [still, learnt] = ['static', 'learner'].map((policy) => rows[`${name}: ${policy}`]);
  if (Number(learnt['all %']) < Number(still['all %']))
    lost.push(`${name}: the learner earns less than a volume that never moves`);
  if (name.startsWith('no effect') && Math.max(learnt['improved %'], learnt['degraded %']) > 5) {
    lost.push(`${name}: more than 5 % called improved or degraded`);
  }
}
console.log(`${CREATORS} creators, seed ${SEED}`);
console.table(rows);
for (const line of lost) console.error(line);
process.exitCode = lost.length === 0 ? 0 : 1;
