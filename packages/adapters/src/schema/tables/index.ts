import type { Table } from '../table.js';
import { breakerTables } from './breaker.js';
import { coreTables } from './core.js';
import { followupTables } from './followups.js';
import { idempotencyTables } from './idempotency.js';
import { operationTables } from './operations.js';
import { rotationTables } from './rotation.js';
import { sagaTables } from './saga.js';
import { scheduleTables } from './schedules.js';
import { volumeTables } from './volume.js';

/** Every table of ours, parents before children. */
export const tables: readonly Table[] = [
  ...coreTables,
  ...breakerTables,
  ...sagaTables,
  ...scheduleTables,
  ...idempotencyTables,
  ...volumeTables,
  ...rotationTables,
  ...followupTables,
  ...operationTables,
];
