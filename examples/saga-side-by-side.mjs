// node examples/saga-side-by-side.mjs
// Three things at once. When one fails for good the others are told to stop and waited for, then all is undone. Then the
// same saga completes, and an operator rolls it back.
import { setTimeout as pause } from 'node:timers/promises';
import { createEros, isErosError } from '@eros/app';

const eros = await createEros({ database: { type: 'sqlite', path: ':memory:' }, sagas: { sweepMs: 20 } });
await eros.data.importCreators([
  { creator_id: 'c-1', page_name: 'one', page_type: 'paid', timezone: 'Europe/London', current_active_fans: 900 },
]);
await eros.transaction((tx) => tx.query('CREATE TABLE credits (credit_id TEXT PRIMARY KEY, usd REAL)'));

/** Stand in for services outside. Each knows the keys that it has seen, so that a call that is repeated changes nothing. */
const bookings = new Map();
const studio = {
  book: async (key, { signal }) => {
    await pause(60, undefined, { signal });
    if (!bookings.has(key)) bookings.set(key, `room ${bookings.size + 1}`);
    return bookings.get(key);
  },
  findByKey: async (key) => bookings.get(key),
  cancel: async (room) => bookings.forEach((each, key) => each === room && bookings.delete(key)),
};
const teasers = new Set();
const feed = { post: async (id) => teasers.add(id), remove: async (id) => teasers.delete(id) };
let isCardValid = false;
const charges = new Map();
const bank = {
  charge: async (key, usd) => {
    if (!isCardValid) throw Object.assign(new Error('the card was declined'), { terminal: true });
    charges.set(key, usd);
  },
  refund: async (key) => charges.delete(key),
};

// #region saga
const shoot = eros.sagas.define({
  name: 'book_shoot',
  version: 1,
  steps: [
    {
      parallel: [
        {
          name: 'room',
          timeoutMs: 5_000,
          execute: async ({ idempotencyKey, signal }) => ({ room: await studio.book(idempotencyKey, { signal }) }),
          // Undo by asking: there may be no result, and the room may be booked all the same.
          compensate: async ({ sagaId }) => {
            const room = await studio.findByKey(`${sagaId}:room`);
            if (room) await studio.cancel(room);
          },
        },
        {
          name: 'teaser',
          // Undo by an id of our own choosing: removing what is not there has to be fine.
          execute: ({ sagaId }) => feed.post(sagaId).then(() => undefined),
          compensate: ({ sagaId }) => feed.remove(sagaId),
        },
        {
          name: 'deposit',
          execute: ({ idempotencyKey, input }) => bank.charge(idempotencyKey, input.depositUsd),
          // Undo by a counter-effect, under a key of its own that is the same for every try of the undo.
          compensate: ({ sagaId, idempotencyKey }) => bank.refund(`${sagaId}:deposit`, { idempotencyKey }),
        },
      ],
    },
    {
      name: 'credit',
      kind: 'transaction',
      execute: async ({ sagaId, input, tx }) => {
        await tx.query('INSERT INTO credits VALUES (?, ?)', [sagaId, input.depositUsd]);
      },
      compensate: ({ sagaId, tx }) => tx.query('DELETE FROM credits WHERE credit_id = ?', [sagaId]),
    },
  ],
});
// #endregion

const show = async (sagaId) => {
  const { status, timeline } = await eros.sagas.get(sagaId);
  const told = timeline.filter(({ type }) => /_(started|ended|failed|aborted)$|requested/.test(type));
  console.log(`${status}: ${told.map(({ type, step }) => (step ? `${type} ${step}` : type)).join(', ')}`);
};
const left = async () => {
  const rows = await eros.transaction((tx) => tx.query('SELECT * FROM credits'));
  console.log(`left: ${bookings.size} rooms, ${teasers.size} teasers, ${charges.size} charges, ${rows.length} credits`);
};

try {
  await shoot.run({ sagaId: 'shoot-1', creatorId: 'c-1', input: { depositUsd: 80 } });
} catch (error) {
  if (!isErosError(error, 'saga_failed')) throw error;
  console.log(`${error.failedStep}: ${error.reason}`);
}
await show('shoot-1');
await left();

isCardValid = true;
await shoot.run({ sagaId: 'shoot-2', creatorId: 'c-1', input: { depositUsd: 80 } });
await left();
// #region rollback
await eros.start(); // some process that has the definition must run
await eros.sagas.rollBack('shoot-2', { by: 'dana', reason: 'the model is ill' });
// #endregion
while ((await eros.sagas.get('shoot-2')).status !== 'rolled_back') await pause(20);
await show('shoot-2');
await left();
await eros.close();
