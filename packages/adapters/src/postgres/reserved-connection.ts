import type pg from 'pg';
import { Turns } from '../storage/turns.js';
import { isDisconnect, schemaMissing } from './postgres-errors.js';
import type { Lease, PostgresPool } from './postgres-pool.js';
import { sendTo } from './postgres-session.js';

type Listener = (topic: string | undefined) => void;

/** How long to wait before connecting anew, when there are listeners to whom nothing is told meanwhile. */
const RECONNECT_MS = { first: 100, longest: 5_000 };

/**
 * One connection beside the pool, for what must not wait until works with transactions let go of theirs: writes of leases,
 * breakers, and what other processes tell of. It is made when it is first used, again after it broke, and keeps no process
 * alive while it is idle.
 */
export class ReservedConnection {
  private readonly turns = new Turns();
  private readonly listeners = new Set<Listener>();
  private connected: { readonly client: pg.Client; readonly isListening: boolean } | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly pool: PostgresPool) {}

  /** Runs work on the connection, one after another. */
  take<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    return this.turns.take(async () => {
      const client = await this.client();
      keepAlive(client, true);
      try {
        return await work({ client, release: (broken) => void (broken !== undefined && this.drop(client)) });
      } catch (error) {
        if (isDisconnect(error)) this.drop(client); // also one that is open, but gives no answer
        throw error;
      } finally {
        keepAlive(client, false);
      }
    });
  }

  /** Calls `listener` with the payload of each notification; with `undefined` after the connection was interrupted. */
  async listen(listener: Listener): Promise<() => void> {
    this.listeners.add(listener);
    try {
      await this.take(async () => undefined);
    } catch (error) {
      this.listeners.delete(listener);
      throw error;
    }
    return () => void this.listeners.delete(listener);
  }

  /** The connection, which also listens as soon as anybody does. One that cannot be made to is not kept. */
  private async client(): Promise<pg.Client> {
    const known = this.connected;
    if (known && (known.isListening || this.listeners.size === 0)) return known.client;
    const client = known?.client ?? (await this.connect());
    const isListening = this.listeners.size > 0;
    try {
      if (isListening) await this.beginToListen(client);
    } catch (error) {
      this.drop(client);
      throw error;
    }
    this.connected = { client, isListening };
    return client;
  }

  private async beginToListen(client: pg.Client): Promise<void> {
    const { databaseName } = this.pool;
    // The name is asked for each time: a borrowed connection's schema is not ours to know.
    const { rows } = await sendTo(client, databaseName, `SELECT ${CHANNEL} AS channel`);
    const [{ channel }] = rows as [{ channel: string | null }];
    if (channel === null) throw schemaMissing(databaseName);
    await sendTo(client, databaseName, `LISTEN "${channel.replaceAll('"', '""')}"`);
  }

  private async connect(): Promise<pg.Client> {
    const client = await this.pool.connect();
    client.on('notification', ({ payload }) => this.tell(payload));
    client.on('end', () => this.lost(client));
    client.on('error', () => this.drop(client));
    return client;
  }

  private drop(client: pg.Client): void {
    client.end().catch(() => undefined); // it is broken: that is why it is dropped
    this.lost(client);
  }

  private lost(client: pg.Client): void {
    if (this.connected?.client !== client) return;
    this.connected = undefined;
    this.listenAgain(RECONNECT_MS.first);
  }

  private listenAgain(afterMs: number): void {
    if (this.listeners.size === 0 || this.isClosed || this.retry) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.take(async () => undefined).then(
        () => this.tell(undefined),
        () => this.listenAgain(Math.min(afterMs * 2, RECONNECT_MS.longest)), // still away
      );
    }, afterMs);
    this.retry.unref();
  }

  private tell(topic: string | undefined): void {
    for (const listener of this.listeners) listener(topic);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.turns.idle();
    const client = this.connected?.client;
    if (!client) return;
    keepAlive(client, true); // whoever waits for the end would be gone before the server has answered
    await client.end();
  }
}

/** The name under which one schema's changes are told: an expression. */
export const CHANNEL = "'eros_' || left(current_schema(), 40)";

function keepAlive(client: pg.Client, isKept: boolean): void {
  if (isKept) (client as pg.Client & Referable).ref();
  else (client as pg.Client & Referable).unref();
}

/** A client holds its socket as Node's own handles do; the declarations leave it out. */
interface Referable {
  ref(): void;
  unref(): void;
}
