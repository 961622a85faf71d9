import type { Caption } from '../captions/index.js';
import { isDate, parseInstant } from '../time/index.js';
import type { KnownCreators } from './known-creators.js';
import { reject } from './rejection.js';
import type { ParsedRow } from './rejection.js';
import { fieldOf, flagOf, isBlank, isRawRow, textOf, unstorableOf, wholeNumberOf } from './row-fields.js';
import type { RawRow } from './row-fields.js';

/** UTF-16 units (spec, section 1). */
const LONGEST_CAPTION = 10_000;

/**
 * Reads one row of a caption export: `caption_id, creator_id, caption_text, caption_type, content_type, is_active,
 * last_used_date`. No creator means shared by all; a missing `is_active` means active; the text is kept as it is, line
 * breaks and all. Never throws.
 */
export function parseCaptionRow(row: unknown, creators: KnownCreators): ParsedRow<Caption> {
  if (!isRawRow(row)) return reject('not_a_row', 'row', row);
  const rejected = (reason: Parameters<typeof reject>[0], column: string) =>
    reject(reason, column, fieldOf(row, column));
  if (isBlank(row, 'caption_id')) return rejected('missing_id', 'caption_id');
  const captionId = wholeNumberOf(row, 'caption_id');
  if (captionId === undefined || captionId < 0) return rejected('invalid_id', 'caption_id');
  const creatorId = textOf(row, 'creator_id');
  const isShared = isBlank(row, 'creator_id');
  if (!isShared && (creatorId === undefined || !creators.has(creatorId)))
    return rejected('unknown_creator', 'creator_id');
  const text = fieldOf(row, 'caption_text');
  if (typeof text !== 'string' || text.trim() === '') return rejected('blank_caption', 'caption_text');
  if (text.length > LONGEST_CAPTION) return rejected('caption_too_long', 'caption_text');
  const captionType = textOf(row, 'caption_type')?.toLowerCase();
  if (captionType === undefined) return rejected('missing_caption_type', 'caption_type');
  const isActive = flagOf(row, 'is_active', true);
  if (isActive === undefined) return rejected('invalid_flag', 'is_active');
  const lastUsedDate = dateOf(row, 'last_used_date');
  if (lastUsedDate === undefined && !isBlank(row, 'last_used_date')) return rejected('invalid_date', 'last_used_date');
  const unstorable = unstorableOf(row, ['creator_id', 'caption_text', 'caption_type', 'content_type']);
  if (unstorable !== undefined) return rejected('unstorable_text', unstorable);
  const contentType = textOf(row, 'content_type');
  return { type: 'row', row: { captionId, creatorId, text, captionType, contentType, isActive, lastUsedDate } };
}

/** The date of a date or of a date with a time, whose clock is taken for the creator's. */
function dateOf(row: RawRow, column: string): string | undefined {
  const text = textOf(row, column);
  if (text === undefined || parseInstant(text) === undefined) return undefined;
  const date = text.slice(0, 10);
  return isDate(date) ? date : undefined;
}
