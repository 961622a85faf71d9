// node examples/swap-history.mjs
// The history of sends comes from your warehouse instead of the engine's own table. One binding changes, nothing else.
import { bindings, createEros } from '@eros/app';
import { ContainerModule } from 'inversify';

/** Stands in for a warehouse: 12 weeks, three PPVs a day. */
const HOUR_MS = 3_600_000;
const nowMs = Date.parse('2026-11-09T00:00:00Z');
const stored = Array.from({ length: 12 * 7 * 3 }, (_, i) => ({
  messageId: `w-${i}`,
  creatorId: 'c-1',
  messageType: 'ppv',
  category: 'revenue',
  contentType: ['solo', 'b_g', 'toy'][i % 3],
  captionId: undefined,
  sentAtMs: nowMs - (12 * 7 * 3 - i) * 8 * HOUR_MS,
  priceUsd: 20,
  sentCount: 900,
  viewedCount: 250,
  purchasedCount: 2,
  earningsUsd: 40,
}));

// #region history
/** A MessageHistory: what was sent, oldest first, with the counts known now. */
const warehouseHistory = {
  sends: async ({ creatorId, fromMs, untilMs }) =>
    stored.filter((send) => send.creatorId === creatorId && send.sentAtMs >= fromMs && send.sentAtMs < untilMs),
  latestSentAtMs: async () => stored.at(-1)?.sentAtMs,
};

const eros = await createEros({
  database: { type: 'sqlite', path: ':memory:' },
  clock: { nowMs: () => nowMs },
  modules: [
    new ContainerModule(({ rebind }) => {
      rebind(bindings.messageHistory).toConstantValue(warehouseHistory);
    }),
  ],
});
// #endregion

await eros.data.importCreators([
  { creator_id: 'c-1', page_name: 'one', page_type: 'paid', timezone: 'Europe/London', current_active_fans: 900 },
]);
const texts = {
  winner: 'You won! Only one of you gets this, never seen before, $50 worth. Tell me which is your fav',
  bundle: '3 vids and 12 pics, $60 worth, only 5 left',
};
await eros.data.importCaptions(
  Array.from({ length: 60 }, (_, i) => {
    const caption_type = i % 2 === 0 ? 'winner' : 'bundle';
    return {
      caption_id: i + 1,
      caption_text: texts[caption_type],
      caption_type,
      content_type: ['solo', 'b_g', 'toy'][i % 3],
    };
  }),
);

const volume = await eros.volumes.calculate('c-1');
console.log(`${volume.perDay.revenue} PPVs a day, from ${volume.messageCountAnalyzed} sends of the warehouse`);
console.log(volume.notes.find(({ step }) => step === 'captions').reason);
console.log(`the breaker "message_history" is ${await eros.breakers.state('message_history')}`);
await eros.close();
