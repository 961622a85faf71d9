// The rows of the example export, read once: benchmarks time the engine, not the reading of files.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

export async function exportRows(name) {
  const file = new URL(`../examples/agency-export/${name}.csv`, import.meta.url);
  const rows = [];
  for await (const row of createReadStream(file).pipe(parse({ columns: true, bom: true, skip_empty_lines: true })))
    rows.push(row);
  return rows;
}
