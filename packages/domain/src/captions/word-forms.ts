/** One way to write a word, in small letters and without apostrophes. */
export interface WordForm {
  readonly letters: string;
  /** How many letters stand before each place where an apostrophe may be written. Elsewhere it makes another word. */
  readonly apostrophes: readonly number[];
}

/** Endings before which a final e may drop ("exclusive", "exclusiving"), and before which a final consonant may double. */
const AFTER_DROPPED_E = ['es', 'ed', 'er', 'ing', 'ly'];
const AFTER_DOUBLED_CONSONANT = ['es', 'ed', 'er', 'ing'];
const ENDINGS = ['s', 'es', 'd', 'ed', 'r', 'er', 'ing', 'ly'];

/**
 * The ways in which a word of a cue may be written: itself, or with one ending of s, es, 's, d, ed, r, er, ing, ly, before
 * which a final e may drop and a final consonant may double. Nothing else: "especially" is no form of "special".
 * Apostrophes may be missing from the text, so "dont" is a form of "don't", but "wo'nt" is none of "won't".
 *
 * Source: spec, section 1. An e drops before es, ed, er, ing and ly, a consonant doubles before es, ed, er and ing; elsewhere
 * that would only admit misspellings.
 */
export function wordForms(word: string): WordForm[] {
  const letters = word.replaceAll("'", '');
  const apostrophes = [...word.matchAll(/'/g)].map(({ index }, nth) => index - nth);
  const forms: WordForm[] = [{ letters, apostrophes }];
  const add = (stem: string, ending: string): void => {
    const inStem = apostrophes.filter((at) => at < stem.length);
    forms.push({ letters: stem + ending, apostrophes: ending === 's' ? [...inStem, stem.length] : inStem });
  };

  for (const ending of ENDINGS) add(letters, ending);
  if (letters.endsWith('e')) for (const ending of AFTER_DROPPED_E) add(letters.slice(0, -1), ending);
  const last = /[bcdfghjklmnpqrstvwxz]$/.exec(letters)?.[0];
  if (last !== undefined) for (const ending of AFTER_DOUBLED_CONSONANT) add(letters + last, ending);
  return forms;
}
