/**
 * A text, a name, a comment or a dollar-quoted text: nothing in it is SQL. An E'...' text may hold \'. Its only group is the mark of a
 * dollar-quoted text.
 */
const QUOTED = String.raw`[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$\w*\$)[\s\S]*?\1`;

/** Finds what is quoted, and, outside of it, what `other` names. */
export const quotedOr = (other: string): RegExp => new RegExp(`${QUOTED}|${other}`, 'g');
