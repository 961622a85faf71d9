import {
  StaleVersionError,
  type Rotation,
  type RotationStore,
  type RotationWrite,
  type Transaction,
  type Versioned,
} from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryRotationStore implements RotationStore {
  constructor(private readonly database: MemoryDatabase) {}

  async load(creatorId: string, tx?: Transaction): Promise<Versioned<Rotation> | undefined> {
    return this.database.on(tx).table<Versioned<Rotation>>('rotations').get(creatorId);
  }

  async save(rotation: Rotation, { expectedVersion }: RotationWrite, tx?: Transaction): Promise<number> {
    return this.database.write(tx, (session) => {
      const table = session.table<Versioned<Rotation>>('rotations');
      const { creatorId } = rotation;
      if ((table.get(creatorId)?.version ?? 0) !== expectedVersion) {
        throw new StaleVersionError(`rotation of "${creatorId}"`, expectedVersion);
      }
      table.set(creatorId, { value: rotation, version: expectedVersion + 1 });
      return expectedVersion + 1;
    });
  }

  async listActive(tx?: Transaction): Promise<Versioned<Rotation>[]> {
    return this.database
      .on(tx)
      .table<Versioned<Rotation>>('rotations')
      .values()
      .filter(({ value }) => value.state === 'active')
      .sort((a, b) => (a.value.creatorId < b.value.creatorId ? -1 : 1));
  }
}
