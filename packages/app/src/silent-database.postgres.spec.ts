import { freezableProxy, type FreezableProxy } from '../../../tools/freezable-proxy.mjs';
import { createEros } from './create-eros.js';
import type { Eros } from './eros.js';
import { createTestDatabase, templateDatabase } from './testing/postgres.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };

describe('an engine whose PostgreSQL server does not answer any more', () => {
  let drop: () => Promise<void>;
  let proxy: FreezableProxy;
  let eros: Eros;
  beforeEach(async () => {
    const { url, drop: dropIt } = await createTestDatabase({ template: await templateDatabase() });
    drop = dropIt;
    proxy = await freezableProxy(url);
    eros = await createEros({ database: { type: 'postgres', url: proxy.url } });
    await eros.start();
  });
  afterEach(async () => {
    await proxy.close();
    await drop();
  });

  it('says so when asked for its health, and closes soon after its time, with sagas and works in hand', async () => {
    await eros.data.importCreators([CREATOR]);
    const stopped = ({ signal }: { signal: AbortSignal }) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const saga = eros.sagas.define({ name: 'long', version: 1, steps: [{ name: 'wait', execute: stopped }] });
    const { sagaId: _, ...running } = await saga.start({ creatorId: 'c-1', input: null });
    const ends = [running.wait(), eros.idempotency.run('long', {}, async (context) => (await stopped(context), 1))];
    const told = Promise.allSettled(ends);
    await eros.breakers.run('api', async () => 1);
    await new Promise((resume) => setTimeout(resume, 200));
    proxy.freeze();
    const { ok, checks } = await eros.health();
    expect([ok, checks.every((check) => !check.ok)]).toEqual([false, true]);

    const beganAtMs = performance.now();
    await eros.close({ timeoutMs: 500 });
    expect(performance.now() - beganAtMs).toBeLessThan(6_000);
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  }, 30_000); // whoever awaits the driver itself waits for longer than that
});
