/** Why a row was not imported. Stable: reports are counted by these. */
export type RejectReason =
  | 'not_a_row'
  | 'missing_id'
  | 'invalid_id'
  | 'missing_page_name'
  | 'unknown_creator'
  | 'invalid_page_type'
  | 'invalid_timezone'
  | 'invalid_message_type'
  | 'invalid_category'
  | 'invalid_time'
  | 'invalid_date'
  | 'invalid_number'
  | 'negative_count'
  | 'negative_amount'
  | 'viewed_exceeds_sent'
  | 'purchased_exceeds_sent'
  | 'blank_caption'
  | 'caption_too_long'
  | 'missing_caption_type'
  | 'invalid_flag'
  | 'unstorable_text';

export interface Rejection {
  readonly type: 'rejected';
  readonly reason: RejectReason;
  /** The value that is wrong, as text, with its column: `sent_count -1`. At most 200 characters. */
  readonly value: string;
}

/** What became of one row. */
export type ParsedRow<Row> = { readonly type: 'row'; readonly row: Row } | Rejection;

const LONGEST_VALUE = 200;

export function reject(reason: RejectReason, column: string, given: unknown): Rejection {
  return { type: 'rejected', reason, value: `${column} ${shown(given)}`.slice(0, LONGEST_VALUE) };
}

function shown(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given.slice(0, LONGEST_VALUE));
  if (given === undefined || given === null) return 'missing';
  return typeof given === 'object' || typeof given === 'function' ? `of type ${typeof given}` : String(given);
}
