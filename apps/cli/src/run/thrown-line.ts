/**
 * What can be said of a thrown value: its message, where it has one, or else what it is. Several errors in one, such as of a host with
 * two addresses, are told one after the other.
 */
export function lineOf(thrown: unknown): string {
  try {
    return messageOf(thrown) ?? `something without a message was thrown: ${nameOf(thrown)}`;
  } catch {
    return `something that cannot be read was thrown: ${typeof thrown}`;
  }
}

function messageOf(thrown: unknown): string | undefined {
  if (typeof thrown === 'string') return textOf(thrown);
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const own = 'message' in thrown ? textOf(thrown.message) : undefined;
  if (own !== undefined || !(thrown instanceof AggregateError)) return own;
  return textOf(thrown.errors.map(lineOf).join('; '));
}

/** Blank is no text. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** The class of an error and its code; of anything else what it holds. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return JSON.stringify(thrown) ?? String(thrown);
  return 'code' in thrown ? `${thrown.name} ${String(thrown.code)}` : thrown.name;
}
