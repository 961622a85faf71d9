import type { Eros, HealthCheck } from '@eros/app';
import { plural } from '../output/format.js';
import type { DatabaseOption } from '../run/engine.js';
import { failureOf } from '../run/failure.js';

/** A server with fewer connections left may refuse the next program. */
const NEARLY_ALL = 0.9;

/** The database itself, and whether there is anything to plan from. */
export const checkContents = (eros: Pick<Eros, 'transaction'>, option: DatabaseOption): Promise<HealthCheck[]> =>
  Promise.all([
    ...(option.type === 'postgres' ? checkServer(eros) : checkSqlite(eros)),
    ...(option.type === 'sqlite' && option.path !== ':memory:' ? [checkIntegrity(option)] : []),
    checkData(eros),
  ]);

const checkSqlite = (eros: Pick<Eros, 'transaction'>): Promise<HealthCheck>[] => [
  check('driver', async () => {
    const [row] = await rowsOf<{ version: string }>(eros, 'SELECT sqlite_version() AS version');
    return { ok: true, detail: `SQLite ${row?.version ?? 'unknown'}, Node ${process.versions.node}` };
  }),
];

const checkIntegrity = (file: { path: string }): Promise<HealthCheck> =>
  check('integrity', async () => {
    const { fileProblems } = await import('@eros/app');
    const problems = await fileProblems(file);
    if (problems.length === 0) return { ok: true, detail: 'the file is whole' };
    return {
      ok: false,
      detail: `${problems.join('; ')}: restore a backup, or save what is left with \`sqlite3 FILE .recover\``,
    };
  });

/** The server, and whether it takes as many connections as there may be. */
const checkServer = (eros: Pick<Eros, 'transaction'>): Promise<HealthCheck>[] => [
  check('server', async () => {
    const [row] = await rowsOf<{ version: string }>(eros, "SELECT current_setting('server_version') AS version");
    return { ok: true, detail: `PostgreSQL ${row?.version ?? 'unknown'}, Node ${process.versions.node}` };
  }),
  check('connections', async () => {
    const [row] = await rowsOf<{ most: number; taken: number }>(
      eros,
      `SELECT CAST(current_setting('max_connections') AS integer) AS most,
              (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS taken`,
    );
    const { most = 0, taken = 0 } = row ?? {};
    const detail = `${taken} of ${most} taken`;
    if (taken < most * NEARLY_ALL) return { ok: true, detail };
    return { ok: false, detail: `${detail}: end idle programs, lower database.poolSize, or raise max_connections` };
  }),
];

const checkData = (eros: Pick<Eros, 'transaction'>): Promise<HealthCheck> =>
  check('data', async () => {
    const [row] = await rowsOf<{ creators: number; captions: number; sends: number }>(
      eros,
      `SELECT (SELECT count(*) FROM creators WHERE is_active = 1) AS creators,
                (SELECT count(*) FROM caption_bank) AS captions,
                (SELECT count(*) FROM mass_messages) AS sends`,
    );
    const { creators = 0, captions = 0, sends = 0 } = row ?? {};
    const detail = `${plural(creators, 'active creator')}, ${plural(captions, 'caption')}, ${plural(sends, 'send')}`;
    if (creators === 0) return { ok: false, detail: `${detail}: nothing to plan; \`eros import creators FILE\` first` };
    if (captions === 0) return { ok: false, detail: `${detail}: no PPV has a caption; \`eros import captions FILE\`` };
    return { ok: true, detail };
  });

const rowsOf = <Row>(eros: Pick<Eros, 'transaction'>, sql: string): Promise<Row[]> =>
  eros.transaction((tx) => tx.query<Row>(sql));

async function check(name: string, look: () => Promise<{ ok: boolean; detail: string }>): Promise<HealthCheck> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    const { code, message } = failureOf(error);
    return { name, ok: false, detail: `${message} [${code}]` };
  }
}
