/** Columns that a file has to have, by name. A list in the list: one of these is enough. */
export interface CsvShape {
  readonly required: readonly (string | readonly string[])[];
}

export const CREATORS_SHAPE: CsvShape = {
  required: ['creator_id', 'page_name', 'page_type', 'timezone', 'current_active_fans'],
};

export const MESSAGES_SHAPE: CsvShape = {
  required: [
    'message_id',
    ['creator_id', 'page_name'],
    'message_type',
    'content_type',
    'sending_time',
    'price',
    'sent_count',
    'viewed_count',
    'purchased_count',
    'earnings',
  ],
};

export const CAPTIONS_SHAPE: CsvShape = { required: ['caption_id', 'caption_text', 'caption_type'] };

/** What of the shape is not in the header, in words: `price`, `creator_id or page_name`. */
export function missingColumns(header: readonly string[], { required }: CsvShape): string[] {
  return required
    .map((names) => (typeof names === 'string' ? [names] : names))
    .filter((names) => !names.some((name) => header.includes(name)))
    .map((names) => names.join(' or '));
}
