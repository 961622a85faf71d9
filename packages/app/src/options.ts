import type { BreakerPolicy, Clock, Logger, PlanSettings, RulePack } from '@eros/domain';
import type { ContainerModule } from 'inversify';
import type { DataSource } from 'typeorm';
import type { SagaSettings } from './sagas/index.js';

/** Where the engine keeps its data. */
export type DatabaseOption =
  | {
      readonly type: 'sqlite';
      /** A file, made if it does not exist, or `:memory:`. */
      readonly path: string;
      /** Default `sqlite3`; `better-sqlite3` must be installed beside the engine. */
      readonly driver?: 'sqlite3' | 'better-sqlite3';
      /** How long a call waits while another process writes, in ms. Default 30 s. */
      readonly lockTimeoutMs?: number;
    }
  | {
      readonly type: 'postgres';
      /** `postgres://user:password@host:5432/database`. The password is never shown. */
      readonly url: string;
      /** Where the tables are; made by `migrate: 'auto'` if it is not there. Default: what `search_path` says, mostly `public`. */
      readonly schema?: string;
      /** The most connections at a time, beside the one for leases and breakers. Default 10. */
      readonly poolSize?: number;
      /** The longest that one statement may run, in ms. Default 30 s. */
      readonly statementTimeoutMs?: number;
    }
  /**
   * Borrowed: never closed by the engine. Of a PostgreSQL DataSource the engine uses the pool, with its settings and its
   * `search_path`; of an SQLite one it opens the same file on connections of its own.
   */
  | { readonly type: 'existing'; readonly dataSource: DataSource };

/** How a started engine hears of sagas to work on, its own and those of other processes. */
export interface WorkersOption {
  /**
   * `sweep` looks for them every `sagas.sweepMs`. `pg-boss` is told of them besides: on PostgreSQL, with the package pg-boss installed
   * beside the engine. Default `sweep`.
   */
  readonly dispatch?: 'sweep' | 'pg-boss';
  /** What the fleet does by itself, one process of it each time. Needs `pg-boss`. */
  readonly timetable?: {
    /** Cron expression of five fields: plans the coming week of every active creator. */
    readonly planFleet?: string;
    /** Cron expression: measures what is over and applies what was learnt. */
    readonly measure?: string;
    /** IANA, of the expressions. Default `UTC`. */
    readonly timeZone?: string;
  };
}

export interface ErosOptions {
  /** Default: the file `./eros.db`. */
  readonly database?: DatabaseOption;
  /**
   * `auto` brings the schema up to date, `verify` refuses to open an outdated one, `off` looks at nothing. Default `auto` on
   * sqlite, `verify` on postgres and existing.
   */
  readonly migrate?: 'auto' | 'verify' | 'off';
  /** Planning and display; leases use the database's clock, breakers the machine's. */
  readonly clock?: Clock;
  /** This process's name in leases. Default host:pid:random. */
  readonly node?: string;
  /** Shaped like pino; silent by default. */
  readonly logger?: Logger;
  /** Loaded last: rebind any port of `bindings`. */
  readonly modules?: readonly ContainerModule[];
  /** By name. `message_history` and `caption_source` guard the engine's own outside calls. */
  readonly breakers?: Readonly<Record<string, Partial<BreakerPolicy>>>;
  readonly captions?: { readonly packs?: readonly RulePack[] };
  /** How a started engine hears of sagas, and what the fleet does by itself. */
  readonly workers?: WorkersOption;
  /** Quiet hours, gaps and rest of every plan. */
  readonly planning?: Partial<PlanSettings>;
  /** How long a killed process holds what it was working on. Default 8 s. */
  readonly leaseMs?: number;
  /** How this process works on sagas. */
  readonly sagas?: Partial<Pick<SagaSettings, 'sweepMs' | 'runningMax' | 'recoveriesMax'>>;
  /** The longest that a transaction handed to `transaction` may last. Default 2 s, always under a third of the lease. */
  readonly transactionTimeoutMs?: number;
}
