import { UnknownCreatorError, type CreatorStore, type Transaction } from '@eros/domain';

/** What is remembered must not fill the memory. */
const REMEMBERED_MAX = 10_000;

/** Creators that were found once. They are not deleted, so nobody looks for them again. */
export class KnownCreators {
  private readonly ids = new Set<string>();

  constructor(private readonly creators: Pick<CreatorStore, 'find'>) {}

  /** @throws {UnknownCreatorError} */
  async assertKnown(creatorId: string, transaction?: Transaction): Promise<void> {
    if (this.ids.has(creatorId)) return;
    if (!(await this.creators.find(creatorId, transaction))) throw new UnknownCreatorError(creatorId);
    // One that the transaction itself has stored goes with it if it does not commit.
    if (!transaction && this.ids.size < REMEMBERED_MAX) this.ids.add(creatorId);
  }
}
