/**
 * The SQL for an instant column in the one form in which text compares like time: `YYYY-MM-DD HH:MM:SS`. Our own rows hold
 * `T`, milliseconds and `Z`; rows of others may not. Whole seconds only: what is finer is compared after reading.
 */
export const comparableInstant = (column: string): string => `replace(substr(${column}, 1, 19), 'T', ' ')`;

/** The parameter to compare with: the instant's second in the same form. */
export const comparableParameter = (atMs: number): string =>
  new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
