import { erosErrorBrand } from '../errors.js';

/** What is given as a caption is none: it is not a string, blank, or too long. Nothing was scored. */
export class InvalidCaptionError extends Error {
  override readonly name = 'InvalidCaptionError';
  readonly code = 'invalid_caption';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly fault: 'not_a_string' | 'blank' | 'too_long',
    /** UTF-16 units of what was given; `undefined` if it is not a string. */
    readonly length: number | undefined,
    /** The most UTF-16 units that a caption may have. */
    readonly maxLength: number,
  ) {
    super(
      fault === 'too_long'
        ? `the caption has ${length} UTF-16 units: shorten it to ${maxLength}`
        : `the caption is ${fault === 'blank' ? 'blank' : 'not a string'}: give a text with at least one visible character`,
    );
  }
}

/** A rule pack cannot be used. `path` says where, `problem` what to change. No caption was scored with it. */
export class InvalidPackError extends Error {
  override readonly name = 'InvalidPackError';
  readonly code = 'invalid_pack';
  readonly [erosErrorBrand] = true;

  constructor(
    /** Where in the pack, as in `structures.winner.elements[0].cues[2]`; empty for the pack as a whole. */
    readonly path: string,
    /** What is wrong there and what would be accepted. */
    readonly problem: string,
    options?: { cause: unknown },
  ) {
    super(`rule pack${path === '' ? '' : `, ${path}`}: ${problem}`, options);
  }
}
