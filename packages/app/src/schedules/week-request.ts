import type { Why } from '@eros/domain';

/** What a planning saga is asked for. JSON. */
export interface WeekRequest {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly asOfMs: number;
  /** Set when a stored week is planned again. */
  readonly replan?: {
    /** The week that is replaced. */
    readonly templateId: number;
    /** How often it will have been replaced then: a round is planned once. */
    readonly round: number;
    readonly why: Why;
  };
  /** Set when the week waits in line for the workers: nobody need be there who asked for it. */
  readonly inLine?: {
    /** How often it was put in line, from 1: see `FleetSagas`. */
    readonly round: number;
  };
}

/** What sagas with the same wish have in common: their ids begin with it. */
export const wishOf = ({ creatorId, weekStart, replan }: WeekRequest): string =>
  replan ? `plan:${creatorId}:${weekStart}:${replan.templateId}:${replan.round}` : `plan:${creatorId}:${weekStart}`;
