/**
 * Groups rows as they come, so that a source of any length is read once and in bounded memory. When the signal is aborted, the
 * rows that were read are the last ones; when the source throws, whole groups before that were handed on.
 */
export async function* inBatches<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Row[]> {
  if (signal?.aborted) return;
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (signal?.aborted) break;
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    if (signal?.aborted) return;
  }
  if (batch.length > 0) yield batch;
}
