import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clearDemoFile } from './demo-file.js';

describe('clearDemoFile', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'eros-demo-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const header = (id: string): Buffer => {
    const bytes = Buffer.alloc(100);
    bytes.write('SQLite format 3\0');
    bytes.write(id, 68);
    return bytes;
  };

  it('is content with a file that is not there', async () => {
    await clearDemoFile(path.join(folder, 'none.db'));
  });

  it('removes what an earlier demo made, journals and all', async () => {
    const file = path.join(folder, 'demo.db');
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, header('EROD'));
    await clearDemoFile(file);
    for (const suffix of ['', '-wal', '-shm']) expect(existsSync(file + suffix)).toBe(false);
  });

  it.each([
    ['another database', header('\0\0\0\0')],
    ['a text', Buffer.from('my notes')],
  ])('does not touch %s', async (_, content) => {
    const file = path.join(folder, 'mine.db');
    writeFileSync(file, content);
    await expect(clearDemoFile(file)).rejects.toMatchObject({ code: 'file_in_the_way' });
    expect(readFileSync(file)).toEqual(content);
  });

  it('does not touch a folder', async () => {
    await expect(clearDemoFile(folder)).rejects.toMatchObject({ code: 'file_in_the_way' });
  });
});
