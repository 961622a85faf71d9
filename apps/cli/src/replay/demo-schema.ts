import type { Eros } from '@eros/app';
import { FileInTheWayError } from '../errors.js';

/** Where the demo keeps its tables on PostgreSQL, unless the URL names another schema. */
export const DEMO_SCHEMA = 'eros_demo';
/** The comment of a schema that the demo made, and may make anew. */
const MARK = 'made by eros demo';

/**
 * Drops the schema of an earlier demo, so that this one starts afresh, and makes it anew.
 *
 * @param eros an engine on that database, whose own schema does not matter.
 * @throws {FileInTheWayError} when the schema was not made by the demo. It is not touched.
 */
export const clearDemoSchema = (eros: Pick<Eros, 'transaction'>, schema: string): Promise<void> =>
  eros.transaction(async (tx) => {
    const [found] = await tx.query<{ mark: string | null }>(
      "SELECT obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace WHERE nspname = $1",
      [schema],
    );
    if (found && found.mark !== MARK) {
      throw new FileInTheWayError(`schema ${schema}`, 'exists and was not made by the demo');
    }
    if (found) await tx.query(`DROP SCHEMA ${schema} CASCADE`);
    await tx.query(`CREATE SCHEMA ${schema}`);
    await tx.query(`COMMENT ON SCHEMA ${schema} IS '${MARK}'`);
  });
