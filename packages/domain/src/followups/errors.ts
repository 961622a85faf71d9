import { erosErrorBrand } from '../errors.js';

/** No follow-up has this id. */
export class UnknownFollowupError extends Error {
  override readonly name = 'UnknownFollowupError';
  readonly code = 'unknown_followup';
  readonly [erosErrorBrand] = true;

  constructor(readonly followupId: number) {
    super(`no follow-up ${followupId}: take the id from what \`plan\` or \`record\` returned`);
  }
}
