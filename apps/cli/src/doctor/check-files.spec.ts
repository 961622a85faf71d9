import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkFiles } from './check-files.js';

describe('checkFiles', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'eros-doctor-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds a file, its permissions and its disk', async () => {
    const file = path.join(folder, 'eros.db');
    writeFileSync(file, Buffer.alloc(2 * 1_048_576));
    const checks = await checkFiles({ type: 'sqlite', path: file });
    expect(checks.map(({ name }) => name)).toEqual(['file', 'permissions', 'disk']);
    expect(checks[0]).toMatchObject({ ok: true, detail: `${file}, 2.0 MB` });
  });

  it('says what to do about a file that is not there, and about a folder', async () => {
    const [missing] = await checkFiles({ type: 'sqlite', path: path.join(folder, 'none.db') });
    expect(missing).toMatchObject({ ok: false, detail: expect.stringContaining('check --database') });
    const [isFolder] = await checkFiles({ type: 'sqlite', path: folder });
    expect(isFolder).toMatchObject({ ok: false, detail: expect.stringContaining('name the file') });
  });

  it('has nothing to say of a database that is no file', async () => {
    expect(await checkFiles({ type: 'postgres', url: 'postgres://host/eros' })).toEqual([]);
    expect(await checkFiles({ type: 'sqlite', path: ':memory:' })).toEqual([]);
  });
});
