import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The schema reference, as the documents of this repository hold it. */
export const REFERENCE = readFileSync(path.join(__dirname, '../../../../docs/reference/schema-reference.md'), 'utf8');

const blocks = [...REFERENCE.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const starting = (kind: RegExp): string[] => blocks.filter((sql) => kind.test(sql.trim()));

/** Its CREATE TABLE and CREATE VIEW statements, as they stand there. */
export const referenceTables: readonly string[] = starting(/^CREATE TABLE/);
export const referenceViews: readonly string[] = starting(/^CREATE VIEW/);
/** Its queries. */
export const referenceQueries: readonly string[] = blocks
  .flatMap((sql) => sql.split(';'))
  .filter((sql) => /^\s*(--[^\n]*\s*)*SELECT/.test(sql));
/** The indexes that it names in its prose. */
export const referenceIndexes: readonly string[] = [...REFERENCE.matchAll(/^- `(idx_\w+)`/gm)].map(
  (match) => match[1] ?? '',
);
