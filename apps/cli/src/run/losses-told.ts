const LOSS = /^(.+ holds (?:rows|values)), which going down would lose/;

/**
 * What going back would lose, each named, where nothing else is in its way. `undefined` for any other refusal, such as for a view of
 * somebody else that rests on a table: that is not to be had by discarding rows.
 */
export function lossesTold(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'schema_conflict') return undefined;
  if (!('conflicts' in error) || !Array.isArray(error.conflicts)) return undefined;
  const losses = error.conflicts.map((each) => LOSS.exec(String(each))?.[1]);
  return losses.every((each) => each !== undefined) ? losses : undefined;
}
