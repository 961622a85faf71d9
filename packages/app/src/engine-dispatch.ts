import { PgBossDispatch, PostgresDatabase, type SqlDatabase } from '@eros/adapters';
import { InvalidSettingsError, sweepDispatch, type Logger, type SagaDispatch, type Timetable } from '@eros/domain';
import { ContainerModule } from 'inversify';
import { bindings } from './bindings.js';
import type { ErosOptions } from './options.js';
import { DEFAULT_CONCURRENCY } from './sagas/settings.js';

/** How workers hear of sagas, and who keeps the time. */
export interface EngineDispatch {
  readonly dispatch: SagaDispatch;
  /** Absent: nobody does. */
  readonly timetable?: Timetable;
  /** Waits for no answer of a server any more, for who is closing. */
  giveUp(): void;
}

/**
 * @throws {DispatchUnavailableError} when pg-boss is not installed.
 * @throws {InvalidSettingsError} when it is asked for on anything but PostgreSQL.
 * @throws {SchemaOutdatedError} when the engine's own schema is not there.
 */
export async function openDispatch(
  { workers = {}, sagas = {} }: Pick<ErosOptions, 'workers' | 'sagas'>,
  database: SqlDatabase,
  logger: Logger,
): Promise<EngineDispatch> {
  if (workers.dispatch !== 'pg-boss') return { dispatch: sweepDispatch, giveUp: () => undefined };
  if (!(database instanceof PostgresDatabase)) {
    throw new InvalidSettingsError('workers.dispatch', '"pg-boss"', 'sweep, unless the database is PostgreSQL');
  }
  const { runningMax: concurrency = DEFAULT_CONCURRENCY } = sagas;
  const engineSchema = await database.schemaName();
  const boss = await PgBossDispatch.open({ connection: database.connectionOptions, engineSchema, concurrency, logger });
  return { dispatch: boss, timetable: boss, giveUp: () => boss.giveUp() };
}

export const dispatchModule = ({ dispatch }: EngineDispatch): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(bindings.sagaDispatch).toConstantValue(dispatch);
  });
