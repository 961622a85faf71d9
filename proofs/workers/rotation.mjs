// A process that writes one creator's rotation again and again: through the engine's store, and through TypeORM's save() on an
// entity with a version column.
import { createRequire } from 'node:module';
import * as adapters from '@eros/adapters';
import { answer } from '../harness/worker.mjs';

const { DataSource, EntitySchema } = createRequire(new URL('../../packages/adapters/package.json', import.meta.url))(
  'typeorm',
);
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));
const Counter = new EntitySchema({
  name: 'Counter',
  tableName: 'peer_counters',
  columns: {
    id: { type: Number, primary: true },
    position: { type: Number },
    version: { type: Number, version: true },
  },
});

let database;
let source;

const handlers = {
  async open(option) {
    database =
      option.type === 'sqlite'
        ? await adapters.SqliteDatabase.open({ path: option.path })
        : await adapters.PostgresDatabase.open({ url: option.url });
    const common = { entities: [Counter], synchronize: false };
    source = new DataSource(
      option.type === 'sqlite'
        ? { ...common, type: 'sqlite', database: option.path, busyTimeout: 30_000 }
        : { ...common, type: 'postgres', url: option.url },
    );
    await source.initialize();
  },
  /** Takes one slot so many times: read, add one, write; refused, read again. Answers with the versions it has written. */
  async take(creatorId, count) {
    const store = new adapters.SqlRotationStore(database);
    const versions = [];
    let refusedCount = 0;
    for (let pauseMs = 1; versions.length < count;) {
      const { value, version } = await store.load(creatorId);
      const next = { ...value, position: value.position + 1 };
      try {
        versions.push(await store.save(next, { expectedVersion: version, atMs: Date.now(), daysOnPattern: 0 }));
        pauseMs = 1;
      } catch (error) {
        if (error.code !== 'stale_version') throw error;
        refusedCount += 1;
        pauseMs = Math.min(2 * pauseMs, 32);
        await pause(pauseMs * Math.random());
      }
    }
    return { versions, refusedCount };
  },
  /** The same by TypeORM: its `save()` is not refused, whatever has happened since it read. */
  async takeByTypeOrm(count) {
    const counters = source.getRepository(Counter);
    for (let nth = 0; nth < count; nth += 1) {
      const counter = await counters.findOneByOrFail({ id: 1 });
      counter.position += 1;
      await counters.save(counter);
    }
  },
  /** Three saves by one owner, then one of a copy that was read before them. Answers with the version before it and after. */
  async rewindByTypeOrm() {
    const counters = source.getRepository(Counter);
    const stored = async () => (await counters.findOneByOrFail({ id: 2 })).version;
    const stale = await counters.findOneByOrFail({ id: 2 });
    for (let nth = 0; nth < 3; nth += 1) {
      const fresh = await counters.findOneByOrFail({ id: 2 });
      fresh.position += 1;
      await counters.save(fresh);
    }
    const before = await stored();
    stale.position += 100;
    await counters.save(stale);
    return { before, after: await stored() };
  },
  async close() {
    await source.destroy();
    await database.close();
  },
};

answer(handlers);
