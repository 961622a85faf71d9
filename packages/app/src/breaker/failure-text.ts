import { isThrown, readThrown, storableText, textOfThrown } from '@eros/domain';

const CAUSE_LENGTH = 500;

/** What an error says of itself, short enough for a column, as every database can store it. Never throws, whatever was thrown. */
export function failureText(error: unknown): string {
  const text = isThrown(error, Error)
    ? `${textOfThrown(readThrown(error, 'name') ?? 'Error')}: ${textOfThrown(readThrown(error, 'message') ?? '')}`
    : `thrown: ${textOfThrown(error)}`;
  return storableText(text, CAUSE_LENGTH);
}
