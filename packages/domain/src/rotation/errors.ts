import { erosErrorBrand } from '../errors.js';

/** A rotation pattern cannot be used. Nothing was written; `field` says which part, `expected` what would be accepted. */
export class InvalidPatternError extends Error {
  override readonly name = 'InvalidPatternError';
  readonly code = 'invalid_pattern';
  readonly [erosErrorBrand] = true;

  constructor(
    /** Path into the pattern: `weights.b_g`, `cycle_length_days`; `pattern` for the whole. */
    readonly field: string,
    /** What was given, as text. */
    readonly given: string,
    readonly expected: string,
  ) {
    super(`${field} is ${given}: give ${expected}`);
  }
}

/** A move that the thing's present state does not allow. Nothing was written. */
export class InvalidTransitionError extends Error {
  override readonly name = 'InvalidTransitionError';
  readonly code = 'invalid_transition';
  readonly [erosErrorBrand] = true;

  constructor(
    /** What was to move: `rotation of "c-001"`, `week template 7`. */
    readonly subject: string,
    /** The state it is in; `none` for something that does not exist yet. */
    readonly from: string,
    readonly to: string,
    /** The moves allowed from here; empty at the end. */
    readonly allowed: readonly string[],
  ) {
    super(
      `${subject} is ${from} and cannot become ${to}: ` +
        (allowed.length > 0 ? `it can become ${allowed.join(', ')}` : 'it has reached its end'),
    );
  }
}
