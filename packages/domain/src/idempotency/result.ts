import { canonicalJson } from './canonical-json.js';
import { InvalidResultError } from './errors.js';

/** The largest result that is stored, in bytes of its JSON as UTF-8: 1 MB. */
export const RESULT_BYTES_MAX = 1_000_000;

/**
 * The JSON under which a result is stored and replayed. `JSON.parse` of it is the result, but that -0 becomes 0.
 *
 * @throws {InvalidResultError} when the result is not JSON (see `canonicalJson`), holds NUL, which not every database
 * can store, or is larger than 1 MB.
 */
export function resultJson(operation: string, result: unknown): string {
  const canonical = canonicalJson(result);
  if (canonical.type === 'refused')
    throw new InvalidResultError(operation, `result${canonical.path}`, canonical.problem);
  const { text } = canonical;
  const nulAt = escapedNulAt(text);
  if (nulAt >= 0)
    throw new InvalidResultError(operation, 'result', `text with a NUL character (at ${nulAt} of its JSON)`);
  const bytes = utf8Bytes(text);
  if (bytes > RESULT_BYTES_MAX) {
    throw new InvalidResultError(operation, 'result', `${bytes} bytes of JSON, more than ${RESULT_BYTES_MAX}`);
  }
  return text;
}

/** Where an escaped NUL stands: after an even number of backslashes, since `\\u0000` is a backslash and plain text. */
function escapedNulAt(json: string): number {
  const match = /(?<!\\)(?:\\\\)*\\u0000/.exec(json);
  return match ? match.index : -1;
}

/** The length of a text as UTF-8. The text has no unpaired surrogates. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xe000)
      bytes += 2; // half of a pair: the pair takes 4
    else bytes += 3;
  }
  return bytes;
}
