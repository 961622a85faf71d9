import path from 'node:path';

/** The databases that a proof runs on. Each is new and empty but for its schema, and gone when the proof has ended. */
export class Databases {
  made = 0;

  constructor(folder) {
    this.folder = folder;
  }

  /** A new one: `option` is what `createEros` takes, in this process or in another. */
  async fresh(kind) {
    this.made += 1;
    if (kind === 'sqlite') {
      return { kind, option: { type: 'sqlite', path: path.join(this.folder, `proof-${this.made}.db`) } };
    }
    throw new Error(`--db ${kind}: give sqlite`);
  }

  async close() {}
}
