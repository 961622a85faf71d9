import type { Eros, HealthCheck } from '@eros/app';
import { plural } from '../output/format.js';
import { failureOf } from '../run/failure.js';

/** The driver, the file's integrity, and whether there is anything to plan from. */
export const checkContents = (eros: Pick<Eros, 'transaction'>): Promise<HealthCheck[]> =>
  Promise.all([
    check('driver', async () => {
      const [row] = await rowsOf<{ version: string }>(eros, 'SELECT sqlite_version() AS version');
      return { ok: true, detail: `SQLite ${row?.version ?? 'unknown'}, Node ${process.versions.node}` };
    }),
    check('integrity', async () => {
      const [row] = await rowsOf<{ quick_check: string }>(eros, 'PRAGMA quick_check(1)');
      if (row?.quick_check === 'ok') return { ok: true, detail: 'the file is whole' };
      return {
        ok: false,
        detail: `${row?.quick_check ?? 'no answer'}: restore a backup, or save what is left with \`sqlite3 FILE .recover\``,
      };
    }),
    check('data', async () => {
      const [row] = await rowsOf<{ creators: number; captions: number; sends: number }>(
        eros,
        `SELECT (SELECT count(*) FROM creators WHERE is_active = 1) AS creators,
                (SELECT count(*) FROM caption_bank) AS captions,
                (SELECT count(*) FROM mass_messages) AS sends`,
      );
      const { creators = 0, captions = 0, sends = 0 } = row ?? {};
      const detail = `${plural(creators, 'active creator')}, ${plural(captions, 'caption')}, ${plural(sends, 'send')}`;
      if (creators === 0)
        return { ok: false, detail: `${detail}: nothing to plan; \`eros import creators FILE\` first` };
      if (captions === 0)
        return { ok: false, detail: `${detail}: no PPV has a caption; \`eros import captions FILE\`` };
      return { ok: true, detail };
    }),
  ]);

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
