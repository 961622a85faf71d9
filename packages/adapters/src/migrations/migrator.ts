import { formatInstant, parseInstant, SchemaConflictError, SchemaNewerError, SchemaOutdatedError } from '@eros/domain';
import type { Table } from '../schema/table.js';
import type { SqlSession } from '../sql/sql-database.js';
import { conflictsIn, missingIn } from './changes.js';
import { differencesIn } from './differences.js';
import { columnOf, type FoundSchema } from './found-schema.js';
import {
  describeChange,
  type AppliedMigration,
  type DeclaredSchema,
  type SchemaChange,
  type SchemaDifference,
  type SchemaStatus,
} from './migration.js';
import type { RowTranslation } from './row-translation.js';
import type { SchemaAccess } from './schema-access.js';
import { lossesIn, undo } from './undo.js';

/** The record of what was applied. Made by the first run, never by a dry run; dropped when the last run is taken back. */
const RECORD: Table = {
  name: 'eros_migrations',
  columns: [
    { name: 'id', type: 'integer', key: 'identity' },
    { name: 'version', type: 'integer', notNull: true },
    { name: 'applied_at', type: 'instant', notNull: true },
    { name: 'changes', type: 'json', notNull: true },
  ],
};

/**
 * Brings a database to the declared schema by what is missing: a new one gets everything, an existing one is adopted in
 * place. Rows, columns, tables and views that it does not know are left alone. A run is one transaction, so a crash
 * leaves the database as it was.
 */
export class Migrator {
  constructor(
    private readonly access: SchemaAccess,
    private readonly declared: DeclaredSchema,
  ) {}

  /** What is applied and what is pending: the dry run of `migrate`. Writes nothing. */
  async status(): Promise<SchemaStatus> {
    return (await this.look()).status;
  }

  private look(): Promise<{ status: SchemaStatus; found: FoundSchema }> {
    return this.access.look(async (session) => {
      const found = await this.read(session);
      return { status: await this.statusOf(session, found), found };
    });
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
    const applied = await this.access.change(async (session) => {
      const found = await this.read(session);
      const status = await this.statusOf(session, found); // another process may have been faster
      this.assertKnown(status);
      this.assertAdoptable(status, adopt);
      return status.pending.length === 0 ? [] : this.apply(session, status.pending, found, nowMs);
    });
    await this.access.settle();
    return applied;
  }

  private async apply(
    session: SqlSession,
    pending: readonly SchemaChange[],
    found: FoundSchema,
    nowMs: number,
  ): Promise<SchemaChange[]> {
    const applied: SchemaChange[] = [];
    for (const change of pending) {
      if (change.kind === 'translate_rows') continue;
      if (change.kind === 'create_view') {
        if (change.replaced !== undefined) await session.all(`DROP VIEW ${change.name}`);
        await this.access.makeView(session, change.name, change.sql);
      } else {
        await session.all(change.sql);
      }
      applied.push(change);
    }
    for (const translation of this.declared.translations) {
      const { table, name } = translation;
      const { rowCount, originals } = await translation.apply(session, found, nowMs);
      if (rowCount === 0) continue;
      applied.push({ kind: 'translate_rows', table, name, rowCount, ...(originals.length > 0 ? { originals } : {}) });
    }
    await session.all(this.access.ddl.table(RECORD));
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
   * the first (SQLite keeps its own `sqlite_sequence` once there
   * was one).
   *
   * @param discardRows goes on even if tables of the run hold rows, or columns of the run values. Without it such a run is
   *   refused by `schema_conflict`, which names them, and nothing is changed.
   * @returns what was taken back, in that order; empty when nothing was ever applied.
   */
  async down({ discardRows }: { discardRows: boolean }): Promise<readonly SchemaChange[]> {
    return this.access.change(async (session) => {
      const found = await this.read(session);
      const status = await this.statusOf(session, found);
      this.assertKnown(status);
      const changes = status.applied.at(-1)?.changes.toReversed() ?? [];
      if (changes.length === 0) return [];
      for (const change of changes) {
        if (change.kind !== 'translate_rows') continue;
        const isIt = ({ table, name }: RowTranslation) => table === change.table && name === change.name;
        await this.declared.translations.find(isIt)?.revert?.(session, found);
        await undo(session, change, found, this.access);
      }
      const losses = discardRows ? [] : await lossesIn(session, changes, found);
      if (losses.length > 0) throw new SchemaConflictError(this.access.databaseName, losses);
      await this.access.dropping(session, found, async () => {
        for (const change of changes)
          if (change.kind !== 'translate_rows') await undo(session, change, found, this.access);
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
    if (status.conflicts.length > 0) throw new SchemaConflictError(this.access.databaseName, status.conflicts);
    if (status.pending.length > 0) {
      throw new SchemaOutdatedError(this.access.databaseName, status.pending.map(describeChange));
    }
    return differencesIn(found, this.declared, this.access.ddl);
  }

  private assertKnown({ databaseVersion }: SchemaStatus): void {
    if (databaseVersion > this.declared.version) {
      throw new SchemaNewerError(this.access.databaseName, [`schema version ${databaseVersion}`]);
    }
  }

  private assertAdoptable({ conflicts, isForeign }: SchemaStatus, adopt: boolean): void {
    if (conflicts.length > 0) throw new SchemaConflictError(this.access.databaseName, conflicts);
    if (isForeign && !adopt) {
      throw new SchemaConflictError(this.access.databaseName, [
        'it holds tables of another program and none of ours (run `eros db adopt` if they should live together)',
      ]);
    }
  }

  private read(session: SqlSession): Promise<FoundSchema> {
    const { tables, translations } = this.declared;
    return this.access.read(session, [
      RECORD.name,
      ...tables.map(({ name }) => name),
      ...translations.flatMap(({ looksInto = [] }) => looksInto),
    ]);
  }

  private async statusOf(session: SqlSession, found: FoundSchema): Promise<SchemaStatus> {
    const { tables, version } = this.declared;
    const { ddl } = this.access;
    const record = found.tables.get(RECORD.name);
    const isRecordOurs = RECORD.columns.every(({ name }) => !record || columnOf(record, name)?.written === name);
    const applied = record && isRecordOurs ? await readApplied(session) : [];
    const pending = missingIn(found, this.declared, ddl);
    for (const translation of this.declared.translations) {
      if (!found.tables.has(translation.table)) continue;
      const rowCount = await translation.count(session, found);
      if (rowCount > 0) {
        pending.push({ kind: 'translate_rows', table: translation.table, name: translation.name, rowCount });
      }
    }
    return {
      programVersion: version,
      databaseVersion: Math.max(0, ...applied.map((each) => each.version)),
      applied,
      pending,
      conflicts: [
        ...(isRecordOurs ? [] : [`table ${RECORD.name} is none of ours: rename it`]),
        ...conflictsIn(found, this.declared, ddl),
      ],
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
