import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { MalformedCsvError, UnusableFileError, type FileAdvice, type FileFault } from '../errors.js';

const FAULTS: Record<string, FileFault> = { ENOENT: 'not_found', EISDIR: 'is_a_folder' };
const NEWLINE = 0x0a;
/** No line of an export is longer; what is, is no text. */
const LONGEST_LINE = 1_000_000;

/**
 * The text of a file in pieces of whole lines, without its byte-order mark.
 *
 * @param onBytes told how many bytes have been read.
 * @throws {UnusableFileError} when the file cannot be read.
 * @throws {MalformedCsvError} at the first line that is not UTF-8. The lines before it have been given.
 */
export async function* decodeUtf8(file: string, onBytes?: (bytes: number) => void): AsyncGenerator<string> {
  let bytes = 0;
  let line = 1;
  let rest = Buffer.alloc(0);
  for await (const chunk of readChunks(file)) {
    if (bytes === 0) refuseUtf16(file, chunk);
    const start = bytes === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
    bytes += chunk.length;
    const read = Buffer.concat([rest, chunk.subarray(start)]);
    const end = read.lastIndexOf(NEWLINE) + 1;
    rest = read.subarray(end);
    if (rest.length > LONGEST_LINE)
      throw new MalformedCsvError(file, line, 'the line has over 1,000,000 bytes: is this a CSV?');
    line = yield* textOf(file, line, read.subarray(0, end));
    onBytes?.(bytes);
  }
  yield* textOf(file, line, rest);
}

/** Gives the text, and returns the number of the line after it. */
function* textOf(file: string, line: number, bytes: Buffer): Generator<string, number> {
  const isGood = isUtf8(bytes);
  let next = line;
  for (let start = 0; start < bytes.length; next += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isGood && !isUtf8(bytes.subarray(start, end))) {
      yield bytes.toString('utf8', 0, start);
      throw new MalformedCsvError(file, next, 'not UTF-8: save the file as "CSV UTF-8" and import it again');
    }
    start = end;
  }
  if (bytes.length > 0) yield bytes.toString('utf8');
  return next;
}

/** @throws {UnusableFileError} when the file is not there, is a folder, is empty, or cannot be read. */
export async function assertReadableFile(file: string, advice: FileAdvice = {}): Promise<void> {
  for await (const _ of readChunks(file, advice)) return;
  throw new UnusableFileError(file, 'empty', { advice: advice.empty });
}

async function* readChunks(file: string, advice: FileAdvice = {}): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (error) {
    const fault = FAULTS[codeOf(error)] ?? 'not_readable';
    throw new UnusableFileError(file, fault, { advice: advice[fault], cause: error });
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

function refuseUtf16(file: string, [first, second]: Buffer): void {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new MalformedCsvError(file, 1, 'the file is UTF-16: save it as "CSV UTF-8" and import it again');
  }
}
