const CALL = /\bset_config\s*\(/gi;
const ENDS_WITH_THE_TRANSACTION = /,\s*true\s*$/i;

/**
 * The first call of `set_config` that may outlive its transaction: all but those whose last argument is the plain word `true`.
 *
 * @param plain a statement without comments, its texts and names emptied.
 */
export function lastingSetConfig(plain: string): string | undefined {
  for (const { 0: call, index } of plain.matchAll(CALL)) {
    const given = upToItsEnd(plain.slice(index + call.length));
    if (!ENDS_WITH_THE_TRANSACTION.test(given)) return `${call}${given})`;
  }
  return undefined;
}

/** What stands before the parenthesis that closes the call. */
function upToItsEnd(text: string): string {
  let open = 1;
  for (const { 0: parenthesis, index } of text.matchAll(/[()]/g)) {
    open += parenthesis === '(' ? 1 : -1;
    if (open === 0) return text.slice(0, index);
  }
  return text;
}
