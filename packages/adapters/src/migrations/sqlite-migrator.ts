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
import { conflictsInSqlite, differencesInSqlite, missingInSqlite } from './sqlite-changes.js';
import { readSqliteSchema, type FoundSchema } from './sqlite-introspection.js';

/** The record of what was applied. Made by the first run, never by a dry run. */
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

  /** What is applied and what is pending. Writes nothing. */
  async status(): Promise<SchemaStatus> {
    return this.statusOf(this.database.on());
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
    if (before.pending.length === 0) return [];
    return this.database.transaction(async (tx) => {
      const session = this.database.on(tx);
      const status = await this.statusOf(session); // another process may have been faster
      this.assertKnown(status);
      this.assertAdoptable(status, adopt);
      if (status.pending.length === 0) return [];
      for (const change of status.pending) {
        if (change.kind === 'translate_rows') continue;
        if (change.kind === 'create_view' && change.replaced !== undefined)
          await session.all(`DROP VIEW ${change.name}`);
        await session.all(change.sql);
      }
      for (const translation of this.declared.translations) await translation.apply(session, nowMs);
      await session.all(RECORD);
      await session.run('INSERT INTO eros_migrations (version, applied_at, changes) VALUES (?, ?, ?)', [
        this.declared.version,
        formatInstant(nowMs),
        JSON.stringify(status.pending),
      ]);
      return status.pending;
    });
  }

  /**
   * Takes back the last run: drops the views, indexes, columns and tables that it made and restores the views that it
   * replaced. Translated rows stay as they are; their originals are kept beside them.
   *
   * @param discardRows drops tables that hold rows, too. Without it such a run is refused and nothing is changed.
   * @returns what was taken back; empty when nothing was ever applied.
   */
  async down({ discardRows }: { discardRows: boolean }): Promise<readonly SchemaChange[]> {
    return this.database.transaction(async (tx) => {
      const session = this.database.on(tx);
      const status = await this.statusOf(session);
      this.assertKnown(status);
      const last = status.applied.at(-1);
      if (!last) return [];
      const found = await readSqliteSchema(session);
      const filled = discardRows ? [] : await this.filledTables(session, last.changes, found);
      if (filled.length > 0) {
        throw new SchemaConflictError(
          this.database.path,
          filled.map(
            (name) => `table ${name} holds rows, which going down would lose: pass discardRows if that is meant`,
          ),
        );
      }
      for (const change of [...last.changes].reverse()) await undo(session, change, found);
      await session.run('DELETE FROM eros_migrations WHERE id = (SELECT max(id) FROM eros_migrations)');
      return [...last.changes].reverse();
    });
  }

  private async filledTables(
    session: SqlSession,
    changes: readonly SchemaChange[],
    found: FoundSchema,
  ): Promise<string[]> {
    const filled: string[] = [];
    for (const change of changes) {
      if (change.kind !== 'create_table' || !found.tables.has(change.name)) continue;
      const [row] = await session.all<{ n: number }>(`SELECT EXISTS (SELECT 1 FROM ${change.name}) AS n`);
      if (row?.n && change.name !== 'eros_clock') filled.push(change.name);
    }
    return filled;
  }

  /** Throws `schema_outdated` when anything is pending, `schema_newer` or `schema_conflict` as `migrate` does. */
  async verify(): Promise<readonly SchemaDifference[]> {
    const status = await this.status();
    this.assertKnown(status);
    if (status.conflicts.length > 0) throw new SchemaConflictError(this.database.path, status.conflicts);
    if (status.pending.length > 0)
      throw new SchemaOutdatedError(this.database.path, status.pending.map(describeChange));
    return differencesInSqlite(this.declared.tables, await readSqliteSchema(this.database.on()));
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

  private async statusOf(session: SqlSession): Promise<SchemaStatus> {
    const { tables, views, version } = this.declared;
    const found = await readSqliteSchema(session);
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

async function undo(session: SqlSession, change: SchemaChange, found: FoundSchema): Promise<void> {
  switch (change.kind) {
    case 'create_view':
      await session.all(`DROP VIEW IF EXISTS ${change.name}`);
      if (change.replaced !== undefined) await session.all(change.replaced);
      return;
    case 'create_index':
      await session.all(`DROP INDEX IF EXISTS ${change.name}`);
      return;
    case 'add_column': {
      const isThere = found.tables.get(change.table)?.columns.some(({ name }) => name === change.name);
      if (isThere) await session.all(`ALTER TABLE ${change.table} DROP COLUMN ${change.name}`);
      return;
    }
    case 'create_table':
      await session.all(`DROP TABLE IF EXISTS ${change.name}`);
      return;
    case 'translate_rows':
      return;
  }
}
