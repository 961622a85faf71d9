import { formatInstant, parseInstant, SchemaConflictError, SchemaNewerError, SchemaOutdatedError } from '@eros/domain';
import type { Table, View } from '../schema/table.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import {
  describeChange,
  type AppliedMigration,
  type SchemaChange,
  type SchemaDifference,
  type SchemaStatus,
} from './migration.js';
import type { RowTranslation } from './row-translation.js';
import { conflictsInSqlite, missingInSqlite } from './sqlite-changes.js';
import { differencesInSqlite } from './sqlite-differences.js';
import { readSqliteSchema, type FoundSchema } from './sqlite-introspection.js';
import { lossesIn, undo, withoutBrokenViews } from './sqlite-undo.js';

/** The record of what was applied. Made by the first run, never by a dry run; dropped when the last run is taken back. */
const RECORD = `CREATE TABLE IF NOT EXISTS eros_migrations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL,
    applied_at TEXT NOT NULL,
    changes TEXT NOT NULL
)`;

/** The declared schema: what a database should look like. */
export interface DeclaredSchema {
  /** Grows by one with each release that changes the schema. */
  readonly version: number;
  /** Parents before children. Names in lower case. */
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly translations: readonly RowTranslation[];
}

/**
 * Brings an SQLite database to the declared schema by what is missing: a new one gets everything, an existing one is
 * adopted in place. Rows, columns, tables and views that it does not know are left alone. A run is one transaction, so
 * a crash leaves the database as it was.
 */
export class SqliteMigrator {
  constructor(
    private readonly database: SqliteDatabase,
    private readonly declared: DeclaredSchema,
  ) {}

  /** What is applied and what is pending: the dry run of `migrate`. Writes nothing. */
  async status(): Promise<SchemaStatus> {
    return (await this.look()).status;
  }

  private async look(): Promise<{ status: SchemaStatus; found: FoundSchema }> {
    const session = this.database.on();
    for (;;) {
      const before = await schemaVersion(session);
      const found = await this.read(session);
      const status = await this.statusOf(session, found);
      // Several statements see several moments: another process may have migrated between them.
      if ((await schemaVersion(session)) === before) return { status, found };
    }
  }

  /**
   * Applies what is pending and returns it.
   *
   * @param adopt also takes over a database that holds tables, but none of ours.
   * @throws {SchemaNewerError} when a newer program wrote it.
   * @throws {SchemaConflictError} when its tables cannot be ours.
   */
  async migrate({ nowMs, adopt = false }: { nowMs: number; adopt?: boolean }): Promise<readonly SchemaChange[]> {
    const before = await this.status();
    this.assertKnown(before);
    this.assertAdoptable(before, adopt);
    if (before.pending.length === 0) return [];
    const applied = await this.database.transaction(async (tx) => {
      const session = this.database.on(tx);
      const status = await this.statusOf(session, await this.read(session)); // another process may have been faster
      this.assertKnown(status);
      this.assertAdoptable(status, adopt);
      return status.pending.length === 0 ? [] : this.apply(session, status.pending, nowMs);
    });
    await this.database.useWriteAheadLog();
    return applied;
  }

  private async apply(session: SqlSession, pending: readonly SchemaChange[], nowMs: number): Promise<SchemaChange[]> {
    const applied: SchemaChange[] = [];
    for (const change of pending) {
      if (change.kind === 'translate_rows') continue;
      if (change.kind === 'create_view' && change.replaced !== undefined) await session.all(`DROP VIEW ${change.name}`);
      await session.all(change.sql);
      applied.push(change);
    }
    for (const translation of this.declared.translations) {
      const { table, name } = translation;
      const { rowCount, originals } = await translation.apply(session, nowMs);
      if (rowCount === 0) continue;
      applied.push({ kind: 'translate_rows', table, name, rowCount, ...(originals.length > 0 ? { originals } : {}) });
    }
    await session.all(RECORD);
    await session.run('INSERT INTO eros_migrations (version, applied_at, changes) VALUES (?, ?, ?)', [
      this.declared.version,
      formatInstant(nowMs),
      JSON.stringify(applied),
    ]);
    return applied;
  }

  /**
   * Takes back the last run: puts translated rows back as they were found, drops the views, indexes, columns and tables
   * that the run made and restores the views that it replaced. Taking back all runs leaves the schema as it was before
   * the first (SQLite keeps its own `sqlite_sequence` once there was one).
   *
   * @param discardRows goes on even if tables of the run hold rows, or columns of the run values. Without it such a run is
   *   refused by `schema_conflict`, which names them, and nothing is changed.
   * @returns what was taken back, in that order; empty when nothing was ever applied.
   */
  async down({ discardRows }: { discardRows: boolean }): Promise<readonly SchemaChange[]> {
    return this.database.transaction(async (tx) => {
      const session = this.database.on(tx);
      const found = await this.read(session);
      const status = await this.statusOf(session, found);
      this.assertKnown(status);
      const changes = status.applied.at(-1)?.changes.toReversed() ?? [];
      if (changes.length === 0) return [];
      for (const change of changes) {
        if (change.kind !== 'translate_rows') continue;
        const isIt = ({ table, name }: RowTranslation) => table === change.table && name === change.name;
        await this.declared.translations.find(isIt)?.revert?.(session);
        await undo(session, change, found);
      }
      const losses = discardRows ? [] : await lossesIn(session, changes, found);
      if (losses.length > 0) throw new SchemaConflictError(this.database.path, losses);
      await withoutBrokenViews(session, found, async () => {
        for (const change of changes) if (change.kind !== 'translate_rows') await undo(session, change, found);
      });
      await session.run('DELETE FROM eros_migrations WHERE id = (SELECT max(id) FROM eros_migrations)');
      if (status.applied.length === 1) await session.all('DROP TABLE eros_migrations');
      return changes;
    });
  }

  /**
   * Throws `schema_outdated` when anything is pending, `schema_newer` or `schema_conflict` as `migrate` does.
   *
   * @returns how an adopted database differs where it stays as it was found: missing defaults, checks and parents.
   */
  async verify(): Promise<readonly SchemaDifference[]> {
    const { status, found } = await this.look();
    this.assertKnown(status);
    if (status.conflicts.length > 0) throw new SchemaConflictError(this.database.path, status.conflicts);
    if (status.pending.length > 0) {
      throw new SchemaOutdatedError(this.database.path, status.pending.map(describeChange));
    }
    return differencesInSqlite(this.declared.tables, found);
  }

  private assertKnown({ databaseVersion }: SchemaStatus): void {
    if (databaseVersion > this.declared.version) {
      throw new SchemaNewerError(this.database.path, [`schema version ${databaseVersion}`]);
    }
  }

  private assertAdoptable({ conflicts, isForeign }: SchemaStatus, adopt: boolean): void {
    if (conflicts.length > 0) throw new SchemaConflictError(this.database.path, conflicts);
    if (isForeign && !adopt) {
      throw new SchemaConflictError(this.database.path, [
        'it holds tables of another program and none of ours (run `eros db adopt` if they should live together)',
      ]);
    }
  }

  private read(session: SqlSession): Promise<FoundSchema> {
    return readSqliteSchema(
      session,
      this.declared.tables.map(({ name }) => name),
    );
  }

  private async statusOf(session: SqlSession, found: FoundSchema): Promise<SchemaStatus> {
    const { tables, views, version } = this.declared;
    const applied = found.tables.has('eros_migrations') ? await readApplied(session) : [];
    const pending = missingInSqlite(tables, views, found);
    for (const translation of this.declared.translations) {
      if (!found.tables.has(translation.table)) continue;
      const rowCount = await translation.count(session);
      if (rowCount > 0) {
        pending.push({ kind: 'translate_rows', table: translation.table, name: translation.name, rowCount });
      }
    }
    return {
      programVersion: version,
      databaseVersion: Math.max(0, ...applied.map((each) => each.version)),
      applied,
      pending,
      conflicts: conflictsInSqlite(tables, views, found),
      isForeign: applied.length === 0 && found.tables.size > 0 && !tables.some(({ name }) => found.tables.has(name)),
    };
  }
}

/** SQLite's own count of changes to the schema. */
async function schemaVersion(session: SqlSession): Promise<number> {
  const [row] = await session.all<{ schema_version: number }>('PRAGMA schema_version');
  return row?.schema_version ?? 0;
}

async function readApplied(session: SqlSession): Promise<AppliedMigration[]> {
  const rows = await session.all<{ version: number; applied_at: string; changes: string }>(
    'SELECT version, applied_at, changes FROM eros_migrations ORDER BY id',
  );
  return rows.map((row) => ({
    version: row.version,
    appliedAtMs: parseInstant(row.applied_at) ?? NaN,
    changes: JSON.parse(row.changes) as SchemaChange[],
  }));
}
