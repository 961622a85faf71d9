/** The time of planning and of display. Leases go by the database's clock instead. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
}
