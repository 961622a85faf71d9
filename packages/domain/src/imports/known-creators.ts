/** The creators that rows may belong to. */
export interface KnownCreators {
  has(creatorId: string): boolean;
  /** Older exports name the page only. */
  creatorIdOfPage(pageName: string): string | undefined;
}

/** Looks creators up by id and by page. */
export function knownCreatorsOf(
  creators: Iterable<{ readonly creatorId: string; readonly pageName: string }>,
): KnownCreators {
  const ids = new Set<string>();
  const byPage = new Map<string, string>();
  for (const { creatorId, pageName } of creators) {
    ids.add(creatorId);
    byPage.set(pageName, creatorId);
  }
  return { has: (creatorId) => ids.has(creatorId), creatorIdOfPage: (pageName) => byPage.get(pageName) };
}
