import { LEGACY_PATTERN } from '@eros/domain';
import { declaredSchema } from '../schema/declared-schema.js';
import { SqlCaptionStore } from '../sql/caption-store.js';
import { SqlCreatorStore } from '../sql/creator-store.js';
import { SqlFollowupStore } from '../sql/followup-store.js';
import { SqlIdempotencyStore } from '../sql/idempotency-store.js';
import { SqlOperationLog } from '../sql/operation-log.js';
import { SqlRotationStore } from '../sql/rotation-store.js';
import { SqlSendStore } from '../sql/send-store.js';
import { SqlVolumeLog } from '../sql/volume-log.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { imageOf, knownPart, type DatabaseImage } from '../testing/database-image.js';
import { buildPredecessorDatabase } from '../testing/predecessor-database.js';
import { referenceQueries } from '../testing/reference-document.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { describeChange } from './migration.js';
import { Migrator } from './migrator.js';
import { sqliteSchema } from './sqlite-schema.js';

const nowMs = Date.UTC(2026, 10, 22);
const replacedViews = ['v_active_rotation_states', 'v_circuit_breaker_health', 'v_prediction_accuracy'];
const before2026 = { fromMs: 0, untilMs: Date.UTC(2026, 0, 1) };

/** Of the rows that the image of a database holds, all but the rotations that are to be translated. */
const withoutRotations = ({ creator_rotation_state: _, ...rows }: DatabaseImage['rows']): DatabaseImage['rows'] => rows;

describe.each(['sqlite3', 'better-sqlite3'] as const)("adopting the predecessor's database by %s", (driver) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let original: DatabaseImage;
  let database: SqliteDatabase;
  let migrator: Migrator;

  beforeEach(async () => {
    folder = temporaryFolder();
    file = folder.file('predecessor.db');
    buildPredecessorDatabase(file);
    original = await imageOf(file, driver);
    database = await SqliteDatabase.open({ path: file, driver });
    migrator = new Migrator(sqliteSchema(database), declaredSchema);
  });
  afterEach(async () => {
    await database.close();
    folder.remove();
  });

  it('says before what it will do, and does just that', async () => {
    const { pending, conflicts, isForeign, databaseVersion } = await migrator.status();
    expect({ conflicts, isForeign, databaseVersion }).toEqual({ conflicts: [], isForeign: false, databaseVersion: 0 });
    expect(await imageOf(file, driver)).toEqual(original);
    const done = await migrator.migrate({ nowMs });
    expect(done.map(describeChange)).toEqual(pending.map(describeChange));
    expect(done.map(describeChange)).toEqual(
      expect.arrayContaining([
        'create table saga_journal',
        'add column circuit_breaker_state.generation',
        'add column mass_messages.category',
        'create index idx_si_due on schedule_items',
        'replace view v_circuit_breaker_health',
        'replace view v_prediction_accuracy',
        'replace view v_active_rotation_states',
        "translate the predecessor's rotation states in creator_rotation_state: 2 rows",
        'name the content types in caption_bank: 1 rows',
        'name the content types in mass_messages: 1 rows',
      ]),
    );
  });

  it('keeps every row and every unknown column, table, view and trigger as it was', async () => {
    await migrator.migrate({ nowMs });
    const after = await imageOf(file, driver);
    expect(withoutRotations(knownPart(after, original))).toEqual(withoutRotations(original.rows));
    const touched = Object.keys(original.objects).filter((name) => after.objects[name] !== original.objects[name]);
    const adopted = declaredSchema.tables.map(({ name }) => name);
    for (const name of touched) {
      const [type = '', object = ''] = name.split(' ');
      expect(type === 'table' ? adopted : replacedViews).toContain(object.toLowerCase());
    }
  });

  it('translates the rotations that it understands and keeps their JSON', async () => {
    await migrator.migrate({ nowMs });
    const rows = await database
      .on()
      .all(
        'SELECT creator_id, current_state, position, rotation_pattern, legacy_pattern, pattern_start_date FROM creator_rotation_state ORDER BY creator_id',
      );
    const pattern = JSON.stringify(LEGACY_PATTERN);
    expect(rows).toEqual([
      {
        creator_id: 'c-1',
        current_state: 'active',
        position: 7,
        rotation_pattern: pattern,
        legacy_pattern: '{"pattern_index": 2, "position": 7}',
        pattern_start_date: '2025-12-14',
      },
      {
        creator_id: 'c-2',
        current_state: 'paused',
        position: 1,
        rotation_pattern: pattern,
        legacy_pattern: '{"pattern_index":0,"position":1}',
        pattern_start_date: '2025-12-14T08:00:00',
      },
      expect.objectContaining({ creator_id: 'c-3', current_state: 'active', legacy_pattern: null }),
      expect.objectContaining({
        creator_id: 'c-4',
        current_state: 'SLEEPING',
        rotation_pattern: '{"pattern_index": 1, "position": 3}',
      }),
    ]);
    const active = 'SELECT creator_id FROM v_active_rotation_states ORDER BY 1';
    expect(await database.on().all(active)).toEqual([{ creator_id: 'c-1' }, { creator_id: 'c-3' }]);
  });

  it('answers the documented queries over its rows', async () => {
    await migrator.migrate({ nowMs });
    const answers = [];
    for (const sql of referenceQueries) answers.push(await database.on().all(sql));
    const caption = expect.objectContaining({ name: 'caption_fetch', state: 'open', success_rate_pct: 0 });
    expect(answers).toHaveLength(4);
    expect(answers.filter((rows) => rows.length > 0)).toEqual([[caption], [caption]]);
  });

  it('lets our stores read its rows', async () => {
    await migrator.migrate({ nowMs });
    const sends = await new SqlSendStore(database).sends({ creatorId: 'c-1', ...before2026 });
    expect(sends).toEqual([
      {
        messageId: '1',
        creatorId: 'c-1',
        messageType: 'ppv',
        category: 'revenue',
        contentType: 'b_g',
        captionId: undefined, // a UUID, which names no caption
        sentAtMs: Date.UTC(2025, 11, 10, 19, 7, 3),
        priceUsd: 15,
        sentCount: 9_000,
        viewedCount: 2_000,
        purchasedCount: 12,
        earningsUsd: 180,
      },
      expect.objectContaining({
        messageId: '2',
        creatorId: 'c-1',
        contentType: undefined, // of a type that the table of types does not know
        sentAtMs: Date.UTC(2025, 11, 11, 19, 7, 3),
      }),
      expect.objectContaining({ messageId: '4', category: 'engagement', sentCount: 0, earningsUsd: 0 }),
    ]);
    expect(await new SqlCaptionStore(database).captionsFor('c-1')).toEqual([
      expect.objectContaining({ captionId: 1, captionType: 'ppv_unlock', contentType: 'solo', isActive: true }),
    ]);
    expect((await new SqlRotationStore(database).load('c-1'))?.value).toMatchObject({
      state: 'active',
      pattern: LEGACY_PATTERN,
      position: 7,
      patternStartMs: Date.UTC(2025, 11, 14, 12),
    });
    expect(await new SqlVolumeLog(database).storedHorizons('c-1')).toEqual([
      { trackingDate: '2025-12-14', days: 7, sendCount: 30, saturation: 65, opportunity: 50, revenueTrendPct: -4.5 },
      { trackingDate: '2025-12-14', days: 14, sendCount: 61, saturation: 55, opportunity: 52, revenueTrendPct: 1 },
    ]);
    expect(await new SqlCreatorStore(database).find('c-2')).toMatchObject({
      timeZone: 'America/Los_Angeles',
      fanCount: 0,
      isActive: true,
    });
    expect(await new SqlFollowupStore(database).ofParent({ creatorId: 'c-1', parentPpvId: '17' })).toHaveLength(2);
    const key = { operation: 'generate_schedule', key: '0123456789abcdef0123456789abcdef' };
    await expect(new SqlIdempotencyStore(database).lookup(key)).resolves.toBeUndefined();
    expect(await new SqlOperationLog(database).list({ creatorId: 'c-1' })).toHaveLength(1);
  });

  it('lets our stores write rows beside them', async () => {
    await migrator.migrate({ nowMs });
    const captions = new SqlCaptionStore(database);
    const caption = { creatorId: undefined, captionType: 'winner', isActive: true, lastUsedDate: undefined } as const;
    await captions.save(
      [
        { ...caption, captionId: 2, text: 'just for you 💌', contentType: 'toy' },
        { ...caption, captionId: 3, text: 'just for you 💌', contentType: undefined },
      ],
      nowMs,
    );
    expect((await captions.captionsFor('c-1')).map((each) => [each.captionId, each.contentType])).toEqual([
      [1, 'solo'],
      [2, 'toy'],
      [3, undefined],
    ]);
    const sends = new SqlSendStore(database);
    const [known] = await sends.find(['1']);
    if (!known) throw new Error('not adopted');
    await sends.insert([{ ...known, messageId: '77' }]);
    expect(await sends.find(['77'])).toEqual([{ ...known, messageId: '77' }]);
    expect((await migrator.status()).pending).toEqual([]);
    await expect(migrator.down({ discardRows: false })).rejects.toThrow(
      'column mass_messages.content_type holds values',
    );
  });

  it('names what stays different, and does nothing the second time', async () => {
    await migrator.migrate({ nowMs });
    const differences = await migrator.verify();
    expect(differences).toEqual(
      expect.arrayContaining([
        { where: 'mass_messages.message_id', declared: 'TEXT', found: 'INTEGER' },
        {
          where: 'volume_predictions.outcome_measured',
          declared: 'CHECK (outcome_measured in ( 0 , 1 ))',
          found: 'no check',
        },
        { where: 'caption_bank.caption_hash', declared: 'nullable', found: 'NOT NULL' },
        { where: 'schedule_templates.total_items', declared: 'DEFAULT 0', found: 'no default' },
      ]),
    );
    const migrated = await imageOf(file, driver);
    expect(await migrator.migrate({ nowMs: nowMs + 1 })).toEqual([]);
    expect(await imageOf(file, driver)).toEqual(migrated);
  });

  it('goes back to the very schema and rows that it came from', async () => {
    await migrator.migrate({ nowMs });
    const undone = await migrator.down({ discardRows: false });
    expect(undone.length).toBeGreaterThan(50);
    expect(await imageOf(file, driver)).toEqual(original);
    expect(await migrator.down({ discardRows: false })).toEqual([]);
    await migrator.migrate({ nowMs });
    expect(await migrator.migrate({ nowMs })).toEqual([]);
  });
});
