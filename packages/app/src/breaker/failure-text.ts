const CAUSE_LENGTH = 500;

/** What an error says of itself, short enough for a column. */
export function failureText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
  return text.slice(0, CAUSE_LENGTH);
}
