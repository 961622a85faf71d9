import type pg from 'pg';

/** Connections that somebody may wait for. A server that has stopped answering does not end them: we do, on this side. */
export class OpenClients {
  private readonly clients = new Set<pg.ClientBase>();

  /** Kept until it has ended. */
  addUntilEnd(client: pg.Client): void {
    this.add(client);
    client.once('end', () => this.delete(client));
  }

  add(client: pg.ClientBase): void {
    this.clients.add(client);
  }

  delete(client: pg.ClientBase): void {
    this.clients.delete(client);
  }

  /** Whoever waits for an answer on one of them is told that the connection is gone. */
  destroyAll(): void {
    for (const client of this.clients) (client as pg.ClientBase & Socketed).connection.stream.destroy();
  }
}

/** The declarations leave it out. */
interface Socketed {
  readonly connection: { readonly stream: { destroy(): void } };
}
