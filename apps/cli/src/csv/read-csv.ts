import { CsvError, parse, type Parser } from 'csv-parse';
import { MalformedCsvError, UnusableFileError } from '../errors.js';
import { decodeUtf8 } from './decode-utf8.js';
import { missingColumns, type CsvShape } from './csv-shape.js';

/** A row of a CSV file by the names of its columns. Empty fields are left out: empty is not a value. */
export type CsvRow = Readonly<Record<string, string>>;

export interface CsvRecord {
  readonly row: CsvRow;
  /** The line that the row begins at; the header is line 1. */
  readonly line: number;
}

/** A row that cannot be told apart into its columns. */
export interface UnreadableRow {
  readonly line: number;
  readonly reason: 'wrong_column_count';
  readonly value: string;
}

export interface CsvReading {
  readonly shape: CsvShape;
  readonly onBytes?: (bytes: number) => void;
  /** Called for each row that is left out. */
  readonly onUnreadable: (row: UnreadableRow) => void;
}

/** What csv-parse hands over for each record, with `info` and `raw` switched on. */
interface ParsedRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

/** No row of an export is longer; an unclosed quote would otherwise swallow the rest of the file first. */
const LONGEST_ROW = 1_000_000;
const LINE_BREAK = /\r\n|\r|\n/g;

/**
 * Reads a CSV file row by row: UTF-8 with or without a byte-order mark, LF or CRLF, quoted line breaks. Empty lines are passed
 * over.
 *
 * @throws {UnusableFileError} when the file is not there, cannot be read, or is empty.
 * @throws {MalformedCsvError} when it is not UTF-8, lacks a column or names one twice, or has a quote that does not close.
 */
export async function* readCsv(file: string, { shape, onBytes, onUnreadable }: CsvReading): AsyncGenerator<CsvRecord> {
  let line = 1;
  let header: readonly string[] | undefined;
  try {
    for await (const { record, raw } of parseRecords(decodeUtf8(file, onBytes))) {
      const begin = line;
      line += linesOf(raw);
      if (record.length === 1 && record[0]?.trim() === '') continue;
      if (!header) {
        header = headerOf(file, begin, record, shape);
        continue;
      }
      if (record.length !== header.length) {
        onUnreadable({
          line: begin,
          reason: 'wrong_column_count',
          value: `${record.length} instead of ${header.length}`,
        });
        continue;
      }
      yield { row: rowOf(header, record), line: begin };
    }
  } catch (error) {
    if (error instanceof CsvError) throw malformed(file, line, error);
    throw error;
  }
  if (!header) throw new UnusableFileError(file, 'empty');
}

/** Feeds the parser by hand: piped, it would lose the records that it read just before an error. */
async function* parseRecords(pieces: AsyncIterable<string>): AsyncGenerator<ParsedRecord> {
  const parser = parse({ info: true, raw: true, relax_column_count: true, max_record_size: LONGEST_ROW });
  // Every error also comes through the callback of the write that caused it.
  parser.on('error', () => undefined);
  const feed = (write: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => write((error) => (error ? reject(error) : resolve())));
  async function* end(): AsyncGenerator<ParsedRecord> {
    const ended = feed((done) => parser.end(done));
    ended.catch(() => undefined); // awaited below, once what was read is handed on
    yield* readyRecords(parser);
    await ended;
    yield* readyRecords(parser);
  }
  try {
    for await (const piece of pieces) {
      const fed = feed((done) => parser.write(piece, done));
      fed.catch(() => undefined);
      yield* readyRecords(parser);
      await fed;
    }
    yield* end();
  } catch (error) {
    if (error instanceof CsvError) throw error;
    // The parser holds back the last row until more text comes; the rows before a piece that cannot be read are whole.
    try {
      yield* end();
    } catch (unfinished) {
      // A row cut off by the first error is no news.
      if (!(unfinished instanceof CsvError)) throw unfinished;
    }
    throw error;
  } finally {
    parser.destroy();
  }
}

function* readyRecords(parser: Parser): Generator<ParsedRecord> {
  for (;;) {
    const record = parser.read() as ParsedRecord | null;
    if (record === null) return;
    yield record;
  }
}

/** Lines that a record takes. csv-parse's own count takes a quoted CRLF for two. */
function linesOf(raw: string): number {
  const inner = raw.replace(/^\n/, '').replace(/(?:\r\n|\r|\n)$/, '');
  return (inner.match(LINE_BREAK)?.length ?? 0) + 1;
}

function headerOf(file: string, line: number, record: readonly string[], shape: CsvShape): string[] {
  const header = record.map((name) => name.trim().toLowerCase());
  const missing = missingColumns(header, shape);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined)
    throw new MalformedCsvError(file, line, `the header has ${twice} twice: keep the column that is meant`);
  if (missing.length === 0) return header;
  const hint =
    record.length === 1 && /[;\t|]/.test(record[0] ?? '')
      ? 'its columns seem to be separated by something else than commas: save it as CSV with commas'
      : `it has ${header.join(', ')}`;
  throw new MalformedCsvError(file, line, `the header lacks ${missing.join(', ')}; ${hint}`);
}

function rowOf(header: readonly string[], record: readonly string[]): CsvRow {
  return Object.fromEntries(header.flatMap((name, i) => (record[i] ? [[name, record[i]]] : [])));
}

function malformed(file: string, line: number, error: CsvError): MalformedCsvError {
  const problem: Record<string, string> = {
    CSV_QUOTE_NOT_CLOSED: 'a quote opens here or below and never closes',
    CSV_MAX_RECORD_SIZE: 'a row of over 1,000,000 characters begins here: a quote that never closes?',
    CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote: a quote inside a field is written twice ("")',
    INVALID_OPENING_QUOTE: 'a quote stands inside an unquoted field: put the field in quotes and double the quote',
  };
  const what = problem[error.code] ?? error.message;
  return new MalformedCsvError(file, line, `${what}; mend the file and import it again`, { cause: error });
}
