/** Control characters, and those that turn the direction of writing: on a terminal they can hide, move or forge what is shown. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** The same, with the colours and weights that this program writes itself as one piece each. */
const COLOURS_AND_CONTROLS = new RegExp(`\u001b\\[(?:0|1|2|22|[39]\\d)m|${CONTROLS.source}`, 'gu');

/** A text of somebody else's on one line, with every control character written out: `\n`, `\u001b`. */
export const visible = (text: string): string => text.replace(CONTROLS, escaped);

/** Whatever is written to a terminal, with nothing in it that a terminal would obey but lines, tabs and colours. */
export const harmless = (text: string): string =>
  text.replace(COLOURS_AND_CONTROLS, (found) =>
    found.length > 1 || found === '\n' || found === '\t' ? found : escaped(found),
  );

/** As JSON writes it, so that a document of JSON stays one. */
const escaped = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
