// node examples/quick-start.mjs
// One page, two weeks: import an export, plan a week, send, measure what it earned, learn, plan the next week.
// The clock is the example's own, so it prints the same on any day.
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from '@eros/app';
import { parse } from 'csv-parse';

const folder = mkdtempSync(path.join(tmpdir(), 'eros-quick-start-'));
const file = path.join(folder, 'eros.db');

/** The rows of one file of the example export. Any iterable of objects would do. */
const rowsOf = (name) =>
  createReadStream(new URL(`agency-export/${name}.csv`, import.meta.url)).pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true }),
  );

/** Stands in for the platform that really sends. */
const platform = { send: async (item) => `message-${item.itemId}` };

const usd = (amount) => `$${Math.round(amount).toLocaleString('en')}`;
const counts = ({ counts: { revenue, engagement, retention, followups } }) =>
  `${revenue} PPVs, ${engagement} engagement, ${retention} retention, ${followups} follow-ups`;

// #region loop
let now = new Date('2026-11-08T13:00:00Z'); // Monday the 9th, midnight in Sydney, where this page lives
const eros = await createEros({
  database: { type: 'sqlite', path: file },
  clock: { nowMs: () => now.getTime() },
});

for (const report of [
  await eros.data.importCreators(rowsOf('creators')),
  await eros.data.importCaptions(rowsOf('captions')),
  await eros.data.importMessages(rowsOf('messages')),
]) {
  console.log(`${report.read} rows: ${report.imported} imported, ${report.rejectedCount} rejected`);
}

const week = await eros.schedules.planWeek({ creatorId: 'c-023', weekStart: '2026-11-09' });
console.log(`week of ${week.weekStart}: ${counts(week)}`);
const { revenueUsd, lowUsd, highUsd } = week.prediction;
console.log(`predicted ${usd(revenueUsd)}; four times in five between ${usd(lowUsd)} and ${usd(highUsd)}`);

now = new Date('2026-11-09T13:00:00Z'); // a day later
const dueNow = () => eros.schedules.due({ before: now, creatorId: 'c-023' });
for (let due = await dueNow(); due.length > 0; due = await dueNow()) {
  console.log(`due: ${due.map((item) => `${item.time} ${item.itemType}`).join(', ')}`);
  for (const item of due) {
    const messageId = await platform.send(item);
    await eros.schedules.recordSend(item.itemId, { status: 'sent', at: item.scheduledAt, messageId });
  }
}

now = new Date('2026-11-16T12:00:00Z'); // the Monday after: the export holds all that was sent until then
const { measured } = await eros.learning.measure({ completeThrough: now });
for (const { actualRevenueUsd, revenueErrorPct, classification, evidence, signal } of measured) {
  console.log(`earned ${usd(actualRevenueUsd)}, ${revenueErrorPct.toFixed(1)} % above the prediction`);
  console.log(`outcome ${classification} (${evidence}), signal ${signal.toFixed(2)}`);
}
const { applied } = await eros.learning.apply();
for (const { offsetBefore, offsetAfter, guard } of applied) {
  console.log(`offset ${offsetBefore} -> ${offsetAfter} PPV a day, guard ${guard}`);
}

const next = await eros.schedules.planWeek({ creatorId: 'c-023', weekStart: '2026-11-16' });
console.log(`week of ${next.weekStart}: ${counts(next)}`);
await eros.close();
// #endregion

rmSync(folder, { recursive: true, force: true });
