/** `?, ?, ?` for as many values. */
export const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** `(?, ?), (?, ?)` for as many rows of as many columns. */
export const rowsOfMarks = (rowCount: number, columnCount: number): string =>
  Array.from({ length: rowCount }, () => `(${marks(columnCount)})`).join(', ');

// SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535.
const PARAMETERS_PER_STATEMENT = 15_000;

/** Splits rows so that each part fits into one statement. */
export function inStatements<Row>(rows: readonly Row[], columnCount: number): Row[][] {
  const size = Math.max(1, Math.floor(PARAMETERS_PER_STATEMENT / columnCount));
  const parts: Row[][] = [];
  for (let from = 0; from < rows.length; from += size) parts.push(rows.slice(from, from + size));
  return parts;
}
