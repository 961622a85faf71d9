/** Where a pattern matched, in UTF-16 units of the text it ran on. `end` is exclusive. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
}

/** A pattern made ready by a {@link PatternEngine}. */
export interface CompiledPattern {
  /** The leftmost match, or `undefined`. Takes time linear in the length of the text, whatever the pattern. */
  firstMatch(text: string): PatternMatch | undefined;
}

/**
 * Runs the regular expressions of users' rule packs. Synchronous, and linear by construction: never a backtracking engine,
 * on which one pattern can stop a whole service.
 */
export interface PatternEngine {
  /**
   * Makes a pattern ready, matching without regard to case.
   *
   * @throws Error when the engine does not accept the pattern; the message says why.
   */
  compile(pattern: string): CompiledPattern;
}
