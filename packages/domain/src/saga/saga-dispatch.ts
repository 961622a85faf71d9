import type { Transaction } from '../storage/index.js';

/** When, and how urgently, a saga is to be looked at. */
export interface WakeTime {
  /** By the database's clock. Absent: at once. */
  readonly notBeforeMs?: number;
  /** Higher ones first, where there is an order. Default 0. */
  readonly priority?: number;
}

/**
 * Tells workers of sagas that want one. It carries wake-ups and nothing else: a wake-up may come twice, late or never. Whoever
 * hears one asks the store, where the epoch decides; and what nobody was told of is found by sweeping.
 */
export interface SagaDispatch {
  /** Asks that some worker look at the saga. With a transaction the wake-up exists when that commits, and not otherwise. */
  wake(sagaId: string, when?: WakeTime, tx?: Transaction): Promise<void>;

  /**
   * From now on hands this process its share of the wake-ups. Until `take` settles the wake-up is in hand; when it rejects,
   * somebody is told again.
   *
   * @returns what ends it: hands out no more, and waits for those in hand.
   */
  listen(take: (sagaId: string) => Promise<void>): Promise<() => Promise<void>>;

  /** Lets go of whatever it holds. Twice is fine. */
  close(): Promise<void>;
}

/** Work that one process of the fleet does whenever its time has come. */
export interface Timetable {
  /**
   * Plans work by cron expression. The same name again replaces the plan before; one occurrence is done by one process.
   *
   * @param cron five fields.
   * @param timeZone IANA.
   */
  plan(name: string, cron: string, timeZone: string, work: () => Promise<void>): Promise<void>;
  /** Takes a plan back. Unknown names are fine. */
  cancel(name: string): Promise<void>;
}

/** No wake-ups at all: every saga is found by sweeping. */
export const sweepDispatch: SagaDispatch = {
  wake: async () => undefined,
  listen: async () => async () => undefined,
  close: async () => undefined,
};
