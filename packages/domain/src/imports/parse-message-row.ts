import type { Category, Send } from '../history/index.js';
import { parseInstant } from '../time/index.js';
import type { KnownCreators } from './known-creators.js';
import { reject } from './rejection.js';
import type { ParsedRow, Rejection } from './rejection.js';
import { fieldOf, isBlank, isRawRow, numberOf, textOf, unstorableOf, wholeNumberOf } from './row-fields.js';
import type { RawRow } from './row-fields.js';

/**
 * Reads one row of a message export: `message_id, creator_id | page_name, message_type, content_type, sending_time, price,
 * sent_count, viewed_count, purchased_count, earnings, caption_id, category`. Never throws.
 *
 * - The creator is the one named, else the one whose page is named; a page `nan` is none.
 * - A time without a zone is UTC. A missing category is `revenue` for a PPV and `engagement` for a free message.
 * - A free message may leave out `price`, `purchased_count` and `earnings`: they are 0. A PPV may not.
 * - A `caption_id` that is no whole number belongs to another system; the caption is unknown then, and the row is kept
 *   (predecessor facts 1.4: all of production's were such).
 */
export function parseMessageRow(row: unknown, creators: KnownCreators): ParsedRow<Send> {
  if (!isRawRow(row)) return reject('not_a_row', 'row', row);
  const rejected = (reason: Parameters<typeof reject>[0], column: string) =>
    reject(reason, column, fieldOf(row, column));
  const messageId = textOf(row, 'message_id');
  if (messageId === undefined) return rejected('missing_id', 'message_id');
  const creatorId = creatorIdOf(row, creators);
  if (creatorId === undefined)
    return rejected('unknown_creator', isBlank(row, 'creator_id') ? 'page_name' : 'creator_id');
  const messageType = textOf(row, 'message_type')?.toLowerCase();
  if (messageType !== 'ppv' && messageType !== 'free') return rejected('invalid_message_type', 'message_type');
  const category = categoryOf(row, messageType);
  if (category === undefined) return rejected('invalid_category', 'category');
  const sentAtMs = parseInstant(textOf(row, 'sending_time') ?? '');
  if (sentAtMs === undefined) return rejected('invalid_time', 'sending_time');
  const amounts = amountsOf(row, messageType);
  if ('type' in amounts) return amounts;
  const unstorable = unstorableOf(row, ['message_id', 'content_type']);
  if (unstorable !== undefined) return rejected('unstorable_text', unstorable);
  const captionId = wholeNumberOf(row, 'caption_id');
  const contentType = textOf(row, 'content_type');
  return {
    type: 'row',
    row: { messageId, creatorId, messageType, category, contentType, captionId, sentAtMs, ...amounts },
  };
}

function creatorIdOf(row: RawRow, creators: KnownCreators): string | undefined {
  if (!isBlank(row, 'creator_id')) {
    const creatorId = textOf(row, 'creator_id');
    return creatorId !== undefined && creators.has(creatorId) ? creatorId : undefined;
  }
  const pageName = textOf(row, 'page_name');
  return pageName === undefined ? undefined : creators.creatorIdOfPage(pageName);
}

function categoryOf(row: RawRow, messageType: 'ppv' | 'free'): Category | undefined {
  if (isBlank(row, 'category')) return messageType === 'ppv' ? 'revenue' : 'engagement';
  const category = textOf(row, 'category')?.toLowerCase();
  return category === 'revenue' || category === 'engagement' || category === 'retention' ? category : undefined;
}

type Amounts = Pick<Send, 'priceUsd' | 'sentCount' | 'viewedCount' | 'purchasedCount' | 'earningsUsd'>;

function amountsOf(row: RawRow, messageType: 'ppv' | 'free'): Amounts | Rejection {
  const isOptional = (column: string): boolean =>
    messageType === 'free' && (column === 'price' || column === 'purchased_count' || column === 'earnings');
  const read = (column: string): number | undefined =>
    isOptional(column) && isBlank(row, column) ? 0 : numberOf(row, column);

  for (const column of ['sent_count', 'viewed_count', 'purchased_count']) {
    const count = read(column);
    if (count === undefined || !Number.isSafeInteger(count))
      return reject('invalid_number', column, fieldOf(row, column));
    if (count < 0) return reject('negative_count', column, fieldOf(row, column));
  }
  for (const column of ['price', 'earnings']) {
    const amount = read(column);
    if (amount === undefined) return reject('invalid_number', column, fieldOf(row, column));
    if (amount < 0) return reject('negative_amount', column, fieldOf(row, column));
  }
  const sentCount = read('sent_count') ?? 0;
  const viewedCount = read('viewed_count') ?? 0;
  const purchasedCount = read('purchased_count') ?? 0;
  if (viewedCount > sentCount) return reject('viewed_exceeds_sent', 'viewed_count', `${viewedCount} of ${sentCount}`);
  if (purchasedCount > sentCount) {
    return reject('purchased_exceeds_sent', 'purchased_count', `${purchasedCount} of ${sentCount}`);
  }
  return { priceUsd: read('price') ?? 0, sentCount, viewedCount, purchasedCount, earningsUsd: read('earnings') ?? 0 };
}
