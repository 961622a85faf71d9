// node examples/power-of-four-weeks.mjs
// How often a real gain is recognised when two weeks at the old volume are compared with two at the new one.
// Weekly revenue is lognormal; the gain is believed when it is over 5 % with a probability of 95 %.
const PAIRS = 200_000;
const SURE = 1.6448536269514722; // the 95 % point of the normal distribution
const WORTH_HAVING = Math.log(1.05);

// A small generator, so that the figures are the same on every machine.
let state = 1;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

for (const variation of [0.25, 0.4]) {
  const noise = Math.sqrt(Math.log(1 + variation ** 2)); // of one week, on the log scale
  const doubt = noise * Math.sqrt(1 / 2 + 1 / 2); // of the difference of two means of two weeks
  for (const gain of [0, 0.2, 0.8]) {
    const believed = Array.from({ length: PAIRS }, () => Math.log(1 + gain) + doubt * normal()).filter(
      (seen) => seen - SURE * doubt > WORTH_HAVING,
    ).length;
    const share = ((100 * believed) / PAIRS).toFixed(0);
    console.log(`weeks vary by ${100 * variation} %, true gain ${100 * gain} %: recognised ${share} % of the time`);
  }
}
