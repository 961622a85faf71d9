/**
 * Sagas that could not be taken up. Each stands alone: it is told of once, the others go on past it, and one of them is tried again
 * with each look.
 */
export class SetAside {
  /** In the order of their last try. */
  private readonly sagaIds = new Set<string>();

  get size(): number {
    return this.sagaIds.size;
  }

  /** Keeps those only that still wait for a worker. */
  keep(waiting: readonly string[]): void {
    const all = new Set(waiting);
    for (const sagaId of this.sagaIds) if (!all.has(sagaId)) this.sagaIds.delete(sagaId);
  }

  /** What is to be tried of what was found: the one of these that was not tried for longest, and all that is not one of them. */
  next(found: readonly string[]): string[] {
    const again = [...this.sagaIds].find((sagaId) => found.includes(sagaId));
    const others = found.filter((sagaId) => !this.sagaIds.has(sagaId));
    return again === undefined ? others : [again, ...others];
  }

  /** @returns whether it is new among them. */
  add(sagaId: string): boolean {
    const isNew = !this.sagaIds.delete(sagaId);
    this.sagaIds.add(sagaId);
    return isNew;
  }

  delete(sagaId: string): void {
    this.sagaIds.delete(sagaId);
  }
}
