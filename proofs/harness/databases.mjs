import path from 'node:path';
import { createDatabase, startPostgres } from '../../tools/pg-test-server.mjs';

/** The databases that a proof runs on. Each is new, and gone when the proof has ended. */
export class Databases {
  made = 0;

  constructor(folder) {
    this.folder = folder;
  }

  /**
   * A new one, without a schema: `option` is what `createEros` takes, in this process or in another. The first of Postgres
   * starts a server, which is the proof's own.
   */
  async fresh(kind) {
    this.made += 1;
    if (kind === 'sqlite') {
      return { kind, option: { type: 'sqlite', path: path.join(this.folder, `proof-${this.made}.db`) } };
    }
    if (kind !== 'pg') throw new Error(`--db ${kind}: give sqlite, pg, or both with a comma`);
    this.server ??= await startPostgres({ own: true });
    const { url } = await createDatabase(this.server.url);
    return { kind, option: { type: 'postgres', url }, server: this.server };
  }

  async close() {
    await this.server?.stop();
  }
}
