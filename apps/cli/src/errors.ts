/** The call was wrong: the program ends with exit code 2 and has changed nothing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

export type FileFault = 'not_found' | 'is_a_folder' | 'not_readable' | 'empty';

const FILE_FAULTS: Record<FileFault, { readonly found: string; readonly advice: string }> = {
  not_found: { found: 'there is no such file', advice: 'check the path' },
  is_a_folder: { found: 'it is a folder', advice: 'name the file in it' },
  not_readable: { found: 'it cannot be read', advice: 'check its permissions' },
  empty: { found: 'it is empty', advice: 'export it again, with its header line' },
};

/** What to do about a fault, where it is not what it is of a CSV. */
export type FileAdvice = Readonly<Partial<Record<FileFault, string>>>;

/** A file that was named cannot be used. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
  readonly code = 'unusable_file';

  constructor(
    readonly file: string,
    readonly fault: FileFault,
    {
      advice = FILE_FAULTS[fault].advice,
      ...options
    }: { readonly advice?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(`${file}: ${FILE_FAULTS[fault].found}: ${advice}`, options);
  }
}

/** A file is not the CSV that was expected. Rows before `line` are imported; the same file may be imported again once mended. */
export class MalformedCsvError extends Error {
  override readonly name = 'MalformedCsvError';
  readonly code = 'malformed_csv';

  constructor(
    readonly file: string,
    /** From 1. */
    readonly line: number,
    problem: string,
    options?: { cause: unknown },
  ) {
    super(`${file}, line ${line}: ${problem}`, options);
  }
}

/** A named thing is not there: a week never planned, a saga of another database. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  readonly code = 'not_found';
}

/** Going back would lose rows or values. Nothing was changed. */
export class RowsAtStakeError extends Error {
  override readonly name = 'RowsAtStakeError';
  readonly code = 'rows_at_stake';

  constructor(
    /** What holds them: `table creators holds rows`. */
    readonly losses: readonly string[],
    options?: { cause: unknown },
  ) {
    super(`going back would lose data: ${losses.join(', ')}: add --discard-rows if that is meant`, options);
  }
}

/** The file, or the schema, that would be written holds something else. It was not touched. */
export class FileInTheWayError extends Error {
  override readonly name = 'FileInTheWayError';
  readonly code = 'file_in_the_way';

  constructor(
    readonly file: string,
    what: string,
  ) {
    super(`${file} ${what}: name another one with --database, or move it away; it was not touched`);
  }
}
