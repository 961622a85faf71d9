import type { Creator } from '../creators/index.js';
import { isTimeZone } from '../time/index.js';
import { reject } from './rejection.js';
import type { ParsedRow } from './rejection.js';
import { fieldOf, flagOf, isRawRow, numberOf, textOf, unstorableOf, wholeNumberOf } from './row-fields.js';

/**
 * Reads one row of a creator export: `creator_id, page_name, display_name, page_type, timezone, current_active_fans,
 * is_active`. A missing display name is the page's name; a missing `is_active` means active. Never throws.
 */
export function parseCreatorRow(row: unknown): ParsedRow<Creator> {
  if (!isRawRow(row)) return reject('not_a_row', 'row', row);
  const rejected = (reason: Parameters<typeof reject>[0], column: string) =>
    reject(reason, column, fieldOf(row, column));
  const creatorId = textOf(row, 'creator_id');
  if (creatorId === undefined) return rejected('missing_id', 'creator_id');
  const pageName = textOf(row, 'page_name');
  if (pageName === undefined) return rejected('missing_page_name', 'page_name');
  const pageType = textOf(row, 'page_type')?.toLowerCase();
  if (pageType !== 'paid' && pageType !== 'free') return rejected('invalid_page_type', 'page_type');
  const timeZone = textOf(row, 'timezone');
  if (timeZone === undefined || !isTimeZone(timeZone)) return rejected('invalid_timezone', 'timezone');
  const fanCount = wholeNumberOf(row, 'current_active_fans');
  if ((numberOf(row, 'current_active_fans') ?? 0) < 0) return rejected('negative_count', 'current_active_fans');
  if (fanCount === undefined) return rejected('invalid_number', 'current_active_fans');
  const isActive = flagOf(row, 'is_active', true);
  if (isActive === undefined) return rejected('invalid_flag', 'is_active');
  const unstorable = unstorableOf(row, ['creator_id', 'page_name', 'display_name']);
  if (unstorable !== undefined) return rejected('unstorable_text', unstorable);
  const displayName = textOf(row, 'display_name') ?? pageName;
  return { type: 'row', row: { creatorId, pageName, displayName, pageType, timeZone, fanCount, isActive } };
}
