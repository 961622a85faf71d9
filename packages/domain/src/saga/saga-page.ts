import { InvalidSettingsError } from '../errors.js';
import type { SagaFilter } from './saga-store.js';

/** Where a page begins: after this row, in the order parked first, newest first. */
export interface SagaPosition {
  readonly isStuck: boolean;
  readonly id: number;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

export const formatSagaCursor = ({ isStuck, id }: SagaPosition): string => `${isStuck ? 'stuck' : 'other'}-${id}`;

/**
 * What a filter asks for, checked.
 *
 * @throws {InvalidSettingsError} for a cursor that is not one of ours, or a limit out of range.
 */
export function sagaPageOf(filter: SagaFilter): { after: SagaPosition | undefined; limit: number } {
  const { cursor, limit = LIMIT_DEFAULT } = filter;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new InvalidSettingsError('limit', String(limit), `a whole number from 1 to ${LIMIT_MAX}`);
  }
  if (cursor === undefined) return { after: undefined, limit };
  const match = /^(stuck|other)-(\d{1,15})$/.exec(cursor);
  if (!match) throw new InvalidSettingsError('cursor', JSON.stringify(cursor), 'the cursor of the page before');
  return { after: { isStuck: match[1] === 'stuck', id: Number(match[2]) }, limit };
}
