import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContainerModule } from 'inversify';
import { DataSource } from 'typeorm';
import { bindings } from './bindings.js';
import { createEros } from './create-eros.js';
import { exportOf } from './testing/host.js';
import { query } from './testing/query.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'eros-create-'));
  file = path.join(folder, 'eros.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('createEros', () => {
  it('opens ./eros.db when it is told nothing, and makes its tables', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      await using eros = await createEros();
      expect(existsSync(file)).toBe(true);
      expect(await eros.health()).toMatchObject({ ok: true });
    } finally {
      process.chdir(before);
    }
  });

  it('keeps what it was given from one engine to the next', async () => {
    const first = await createEros({ database: { type: 'sqlite', path: file } });
    await first.data.importCreators([CREATOR]);
    await first.close();
    await using second = await createEros({ database: { type: 'sqlite', path: file, driver: 'better-sqlite3' } });
    expect(await second.data.importCreators([CREATOR])).toMatchObject({ unchanged: 1, imported: 0 });
  });

  it.each(['sqlite3', 'better-sqlite3'] as const)('plans in :memory: on %s', async (driver) => {
    const { creators, captions, messages } = exportOf(['c-001'], '2026-11-01');
    await using eros = await createEros({
      database: { type: 'sqlite', path: ':memory:', driver },
      clock: { nowMs: () => Date.parse('2026-11-01T12:00:00Z') },
    });
    await eros.data.importCreators(creators);
    await eros.data.importCaptions(captions);
    await eros.data.importMessages(messages);
    const plan = await eros.schedules.planWeek({ creatorId: 'c-001', weekStart: '2026-11-02' });
    expect(plan.items.length).toBeGreaterThan(7);
    expect(await eros.schedules.get('c-001', '2026-11-02')).toEqual(plan);
  });

  it('has two engines in one process that know nothing of each other', async () => {
    await using one = await createEros({ database: { type: 'sqlite', path: file } });
    await using other = await createEros({ database: { type: 'sqlite', path: path.join(folder, 'other.db') } });
    await one.data.importCreators([CREATOR]);
    await expect(other.rotations.get('c-1')).rejects.toMatchObject({ code: 'unknown_creator' });
    // A transaction of one is no hindrance to the other.
    await one.transaction(async () =>
      expect(await other.data.importCreators([CREATOR])).toMatchObject({ imported: 1 }),
    );
  });

  it('has two engines on one file that see each other', async () => {
    await using one = await createEros({ database: { type: 'sqlite', path: file } });
    await using other = await createEros({ database: { type: 'sqlite', path: file } });
    const rows = Array.from({ length: 40 }, (_, i) => ({ ...CREATOR, creator_id: `c-${i}`, page_name: `page ${i}` }));
    await Promise.all([one.data.importCreators(rows.slice(0, 20)), other.data.importCreators(rows.slice(20))]);
    expect(await query(one, 'SELECT count(*) AS count FROM creators')).toEqual([{ count: 40 }]);
    expect(await other.rotations.get('c-0')).toBeUndefined();
  });
});

describe('an existing DataSource', () => {
  const borrowed = async (database: string) =>
    new DataSource({ type: 'better-sqlite3', database, entities: [] }).initialize();

  it('names the file; the engine has connections of its own and never closes the borrowed one', async () => {
    await (await createEros({ database: { type: 'sqlite', path: file } })).close();
    const dataSource = await borrowed(file);
    try {
      const eros = await createEros({ database: { type: 'existing', dataSource } });
      await eros.data.importCreators([CREATOR]);
      expect(await dataSource.query('SELECT creator_id FROM creators')).toEqual([{ creator_id: 'c-1' }]);
      expect(() => eros.joinTransaction(dataSource.manager)).toThrow(
        expect.objectContaining({ code: 'unsupported_database' }),
      );
      await eros.close();
      expect(dataSource.isInitialized).toBe(true);
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('is verified, not migrated', async () => {
    const dataSource = await borrowed(file);
    try {
      await expect(createEros({ database: { type: 'existing', dataSource } })).rejects.toMatchObject({
        code: 'schema_outdated',
      });
      expect(await dataSource.query('SELECT count(*) AS tables FROM sqlite_master')).toEqual([{ tables: 0 }]);
      await using eros = await createEros({ database: { type: 'existing', dataSource }, migrate: 'auto' });
      expect(await eros.health()).toMatchObject({ ok: true });
    } finally {
      await dataSource.destroy();
    }
  });

  it('is refused in :memory:, and when it is not open', async () => {
    const inMemory = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
    const shared = new DataSource({ type: 'better-sqlite3', database: 'file:eros?mode=memory&cache=shared' });
    const postgres = Object.assign(new DataSource({ type: 'better-sqlite3', database: file }), {
      options: { type: 'postgres' as const },
    });
    for (const dataSource of [inMemory, shared, postgres]) {
      await expect(createEros({ database: { type: 'existing', dataSource } })).rejects.toMatchObject({
        code: 'unsupported_database',
      });
    }
  });
});

describe('modules', () => {
  it('bring a history, captions and a clock of the host', async () => {
    const nowMs = Date.parse('2026-11-01T12:00:00Z');
    const texts = ['winner', 'bundle'].flatMap((structure) =>
      Array.from({ length: 60 }, (_, i) => ({ structure, number: i })),
    );
    const captions = texts.map(({ structure, number }, i) => ({
      captionId: 1_000_000 + i,
      creatorId: undefined,
      text:
        structure === 'winner'
          ? `You won! never seen before set, $${number + 50} value, lmk`
          : `${number + 2} vids and 9 pics, normally $50, hurry`,
      captionType: structure,
      contentType: i % 3 === 0 ? 'solo' : i % 3 === 1 ? 'toy' : 'b_g',
      isActive: true,
      lastUsedDate: undefined,
    }));
    const asked: string[] = [];
    const modules = [
      new ContainerModule(({ rebind }) => {
        rebind(bindings.messageHistory).toConstantValue({
          sends: async ({ creatorId }) => {
            asked.push(creatorId);
            return [];
          },
          latestSentAtMs: async () => undefined,
        });
        rebind(bindings.captionSource).toConstantValue({ captionsFor: async () => captions });
        rebind(bindings.clock).toConstantValue({ nowMs: () => nowMs });
      }),
    ];
    await using eros = await createEros({ database: { type: 'sqlite', path: file }, modules });
    await eros.data.importCreators([CREATOR]);
    const plan = await eros.schedules.planWeek({ creatorId: 'c-1', weekStart: '2026-11-02' });
    expect(asked).toContain('c-1');
    expect(plan.generatedAt.getTime()).toBe(nowMs);
    const ppvs = plan.items.filter(({ itemType }) => itemType === 'ppv');
    expect(ppvs.length).toBeGreaterThan(0);
    for (const { captionId = 0, captionText } of ppvs) {
      expect(captionText).toBe(captions[captionId - 1_000_000]?.text);
    }
    // Items refer to the bank: what they use is there now, and nothing else.
    const used = [...new Set(ppvs.map(({ captionId }) => captionId))].sort();
    const banked = await query<{ caption_id: number }>(eros, 'SELECT caption_id FROM caption_bank ORDER BY caption_id');
    expect(banked.map(({ caption_id }) => caption_id)).toEqual(used);
  });
});
