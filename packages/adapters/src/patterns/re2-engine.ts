import type { PatternEngine } from '@eros/domain';

/**
 * Loads RE2JS and gives the engine for users' patterns. It runs automata and never backtracks, so the time of a match is
 * linear in the text. Look-around and back-references are refused when a pattern is compiled.
 *
 * Loaded only when asked for: most services have no patterns, and the import takes some 20 ms.
 */
export async function loadRe2Engine(): Promise<PatternEngine> {
  const { RE2JS } = await import('re2js');
  return {
    compile(pattern) {
      const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
      return {
        firstMatch(text) {
          const matcher = compiled.matcher(text);
          return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
        },
      };
    },
  };
}
