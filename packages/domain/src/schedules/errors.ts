import { erosErrorBrand } from '../errors.js';

/** A planned week may no longer be replaced: it was approved, or something of it was sent. */
export class WeekNotReplaceableError extends Error {
  override readonly name = 'WeekNotReplaceableError';
  readonly code = 'week_not_replaceable';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly creatorId: string,
    readonly weekStart: string,
    /** `approved`, `3 items sent`, ... */
    readonly because: string,
  ) {
    super(
      `the week of ${weekStart} for "${creatorId}" stays as it is (${because}): only draft or generated weeks of which nothing was sent can be replanned`,
    );
  }
}

/** No planned week for this creator and Monday, or no template of this id. */
export class UnknownWeekError extends Error {
  override readonly name = 'UnknownWeekError';
  readonly code = 'unknown_week';
  readonly [erosErrorBrand] = true;

  constructor(readonly week: string) {
    super(`no planned week ${week}: plan it first, or check the id`);
  }
}

/** No planned item has this id. */
export class UnknownItemError extends Error {
  override readonly name = 'UnknownItemError';
  readonly code = 'unknown_item';
  readonly [erosErrorBrand] = true;

  constructor(readonly itemId: number) {
    super(`no planned item ${itemId}: take the id from the plan or from what is due; a replanned week has new items`);
  }
}

/** Nobody knows what this creator has to sell: no rotation, no revenue send, no caption names a content type. */
export class NothingToSellError extends Error {
  override readonly name = 'NothingToSellError';
  readonly code = 'nothing_to_sell';
  readonly [erosErrorBrand] = true;

  constructor(readonly creatorId: string) {
    super(
      `nothing is known that "${creatorId}" could sell: start a rotation, or import messages or captions with a content_type`,
    );
  }
}
