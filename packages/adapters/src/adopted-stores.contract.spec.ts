import {
  breakerStoreContract,
  captionStoreContract,
  creatorStoreContract,
  followupStoreContract,
  idempotencyStoreContract,
  measuringStoresContract,
  operationLogContract,
  rotationStoreContract,
  sagaStoreContract,
  scheduleStoreContract,
  sendStoreContract,
} from '@eros/domain/contracts';
import { SqlBreakerStore } from './sql/breaker-store.js';
import { SqlCaptionStore } from './sql/caption-store.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlFollowupStore } from './sql/followup-store.js';
import { SqlIdempotencyStore } from './sql/idempotency-store.js';
import { SqlOperationLog } from './sql/operation-log.js';
import { SqlRotationStore } from './sql/rotation-store.js';
import { SqlSagaStore } from './sql/saga-store.js';
import { SqlSendStore } from './sql/send-store.js';
import type { SqlDatabase } from './sql/sql-database.js';
import { openAdoptedSqlite } from './testing/adopted-database.js';
import { measuringStoresOn, scheduleStoreOn } from './testing/sql-stores.js';

// What the stores promise, they promise on tables that another program made: whatever these lack.
describe('on an adopted database whose tables have no defaults', () => {
  const onSql = async <Store>(make: (database: SqlDatabase) => Store, clock?: { nowMs(): number }) => {
    const { database, close } = await openAdoptedSqlite({ driver: 'better-sqlite3', ...(clock ? { clock } : {}) });
    return { store: make(database), unitOfWork: database, database, close };
  };
  breakerStoreContract((clock) => onSql((database) => new SqlBreakerStore(database), clock));
  captionStoreContract(() => onSql((database) => new SqlCaptionStore(database)));
  creatorStoreContract(() => onSql((database) => new SqlCreatorStore(database)));
  followupStoreContract(() => onSql((database) => new SqlFollowupStore(database)));
  idempotencyStoreContract((clock) => onSql((database) => new SqlIdempotencyStore(database), clock));
  operationLogContract(async () => {
    const { store: log, ...rest } = await onSql((database) => new SqlOperationLog(database));
    return { log, ...rest };
  });
  rotationStoreContract(() => onSql((database) => new SqlRotationStore(database)));
  sagaStoreContract((clock) => onSql((database) => new SqlSagaStore(database), clock));
  scheduleStoreContract(async () => {
    const { database, close } = await openAdoptedSqlite({ driver: 'better-sqlite3' });
    return { store: await scheduleStoreOn(database), unitOfWork: database, close };
  });
  sendStoreContract(() => onSql((database) => new SqlSendStore(database)));
  measuringStoresContract(async () => {
    const { database, close } = await openAdoptedSqlite({ driver: 'better-sqlite3' });
    return { ...(await measuringStoresOn(database)), close };
  });
});
