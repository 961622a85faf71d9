export interface TestServer {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string;
  /** The server's process; undefined where TEST_PG_URL names the server. */
  readonly pid?: number | undefined;
  /** Ends it and keeps its data, until `resume`. Only of a server that this process started. */
  halt?(): Promise<void>;
  /** Starts it again, at the same address. */
  resume?(): Promise<void>;
  /** Ends it and removes its folder. Again is fine. */
  stop(): Promise<void>;
}

export interface CreatedDatabase {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

export function startPostgres(options?: { durable?: boolean; own?: boolean }): Promise<TestServer>;
export function createDatabase(serverUrl: string, options?: { template?: string }): Promise<CreatedDatabase>;
