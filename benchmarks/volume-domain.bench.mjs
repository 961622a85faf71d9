// Volume decisions a second in the pure domain, on one core: 400 revenue sends of history over 90 days, captions enough.
// Needs the built domain: npx nx build domain && node benchmarks/volume-domain.bench.mjs [SECONDS]
import { decideVolume, seededRandom } from '@eros/domain';

const DAY_MS = 86_400_000;
const SENDS = 400;
const GOAL = 6_000;
const seconds = Number(process.argv[2] ?? 3);
const asOfMs = Date.UTC(2026, 10, 23, 8);
const zones = ['America/Los_Angeles', 'Europe/London', 'Europe/Bucharest', 'Australia/Sydney'];

const creators = Array.from({ length: 64 }, (_, index) => {
  const random = seededRandom(`creator ${index}`);
  const days = Array.from({ length: 90 }, () => 1 + Math.floor(random() * 8));
  const sends = Array.from({ length: SENDS }, (_, number) => {
    const day = Math.floor((number / SENDS) * 90);
    const sentCount = 8_000 + Math.floor(random() * 4_000);
    return {
      messageId: `m${number}`,
      creatorId: `c${index}`,
      messageType: 'ppv',
      category: 'revenue',
      contentType: 'solo',
      captionId: number,
      sentAtMs: Math.floor(asOfMs - (90 - day) * DAY_MS + (days[day] / 9 + random() * 0.1) * DAY_MS),
      priceUsd: 20,
      sentCount,
      viewedCount: Math.floor(sentCount * (0.15 + random() * 0.1)),
      purchasedCount: Math.floor(random() * 20),
      earningsUsd: Math.round(random() * 400),
    };
  });
  const creator = {
    fanCount: 500 * (index + 1),
    pageType: index % 3 === 0 ? 'free' : 'paid',
    timeZone: zones[index % 4],
  };
  const captionSupply = () => ({ unmatchedSlots: [] });
  return { creator, sends, asOfMs, captionSupply, learningOffset: { sendsPerDay: 1, guard: 'bench' } };
});

function run(forMs) {
  const start = process.hrtime.bigint();
  const endNs = start + BigInt(forMs) * 1_000_000n;
  let decisions = 0;
  while (process.hrtime.bigint() < endNs) {
    for (const input of creators) decideVolume(input);
    decisions += creators.length;
  }
  return (decisions / Number(process.hrtime.bigint() - start)) * 1e9;
}

run(500); // warm
const rounds = Array.from({ length: 3 }, () => run(Math.round((seconds * 1_000) / 3))).sort((a, b) => a - b);
const perSecond = Math.round(rounds[1]);
console.log(
  `volume decisions, ${SENDS} sends of history: ${perSecond.toLocaleString('en')}/s (median of 3; goal ${GOAL.toLocaleString('en')})`,
);
if (perSecond < GOAL) process.exitCode = 1;
