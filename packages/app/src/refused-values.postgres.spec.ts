import { createHash } from 'node:crypto';
import { createEros } from './create-eros.js';
import type { Eros } from './eros.js';
import { createTestDatabase } from './testing/postgres.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };
const at = new Date(0);

describe('values that PostgreSQL does not hold', () => {
  let eros: Eros;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const { url, drop: dropIt } = await createTestDatabase();
    drop = dropIt;
    eros = await createEros({ database: { type: 'postgres', url }, migrate: 'auto' });
    await eros.data.importCreators([CREATOR]);
  });
  afterAll(async () => {
    await eros.close();
    await drop();
  });

  // No text that could be compressed.
  const hashes = Array.from({ length: 150 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
  const saga = () => {
    const steps = [{ name: 'a', execute: async () => undefined }];
    return eros.sagas.define({ name: 'x', version: 1, steps });
  };
  const calls: Record<string, () => Promise<unknown>> = {
    'a rotation of NUL': () => eros.rotations.get('c\0'),
    'a saga of NUL': () => eros.sagas.get('s\0'),
    'a list of NUL': () => eros.sagas.list({ creatorId: 'c\0' }),
    'a saga id of NUL': () => saga().run({ creatorId: 'c-1', input: 1, sagaId: 'a\0b' }),
    'a creator of NUL': () => saga().run({ creatorId: 'c\0', input: 1 }),
    'a volume of NUL': () => eros.volumes.calculate('c\0'),
    'what is due of NUL': () => eros.schedules.due({ before: at, creatorId: 'c\0' }),
    'a history of NUL': () => eros.breakers.history('a\0'),
    'a send of no whole number': () => eros.schedules.recordSend(1.5, { status: 'sent', at }),
    'a send of no number': () => eros.schedules.recordSend(NaN, { status: 'sent', at }),
    'a send of too large a number': () => eros.schedules.recordSend(2 ** 80, { status: 'sent', at }),
    'a status of no whole number': () => eros.schedules.setStatus(1.5, 'approved'),
  };

  it.each(Object.keys(calls))('are refused with a code and advice: %s', async (name) => {
    await expect(calls[name]?.()).rejects.toMatchObject({
      code: expect.stringMatching(/^(invalid_settings|unknown_)/),
      message: expect.stringMatching(/give|check/),
    });
  });

  it('are refused where a text is too long to be looked up by', async () => {
    const run = saga().run({ creatorId: 'c-1', input: 1, sagaId: hashes.join('') });
    await expect(run).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  it("are the server's own affair in statements of the caller's", async () => {
    const query = eros.transaction((tx) => tx.query('SELECT $1::bigint', ['1.5']));
    await expect(query).rejects.toMatchObject({ code: '22P02' });
  });
});
