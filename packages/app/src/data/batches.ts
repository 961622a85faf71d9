/** Splits rows into batches, as they come. An aborted signal ends the stream after the batch in hand. */
export async function* inBatches<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    if (signal?.aborted) return;
  }
  if (batch.length > 0) yield batch;
}
