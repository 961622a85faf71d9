import { inspect } from 'node:util';
import { openMigrations } from '@eros/adapters';
import fc from 'fast-check';
import { createEros } from './create-eros.js';
import { isErosError } from './errors.js';

const SECRET = 'sesame';
const place = fc.constantFrom<(text: string) => string>(
  (text) => `postgres://kim:${text}@127.0.0.1:1/db`,
  (text) => `postgres://kim:${encodeURIComponent(text)}@127.0.0.1:1/db`,
  (text) => `postgres://127.0.0.1:1/db?user=kim&password=${text}`,
  (text) => `postgres://127.0.0.1:1/db?user=kim&password=${encodeURIComponent(text)}`,
  (text) => `postgres://kim@127.0.0.1:1/db?sslmode=require&sslpassword=${text}`,
);
const part = fc.constantFrom(...'/?#@%:&=\\', '%41', '12');

describe('a password in the URL of a database', () => {
  it('is in nothing that an error says, its causes included', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.array(part, { maxLength: 3 }), part, async (urlWith, before, after) => {
        const url = urlWith(`${before.join('')}${SECRET}${after}${SECRET}`);
        const error: unknown = await createEros({ database: { type: 'postgres', url } }).catch((why: unknown) => why);
        expect(isErosError(error)).toBe(true);
        expect(`${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toContain(SECRET);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['as the database', (url: string) => createEros({ database: url as never })],
    ['as the options', (url: string) => createEros(url as never)],
    ['as the type', (url: string) => createEros({ database: { type: url } as never })],
    ['as the path of a file', (path: string) => createEros({ database: { type: 'sqlite', path } })],
    ['as a DataSource', (url: string) => createEros({ database: { type: 'existing', dataSource: url as never } })],
    ['as the path of a file to migrate', (path: string) => openMigrations({ path })],
  ])('is told by nobody who gets it %s', async (_, open) => {
    for (const url of [`postgres://kim:${SECRET}@127.0.0.1:1/db`, `POSTGRESQL://kim:${SECRET}@127.0.0.1:1/db`]) {
      const error: unknown = await open(url).catch((why: unknown) => why);
      expect(isErosError(error)).toBe(true);
      expect(`${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toContain(SECRET);
    }
  });

  it('is not told where a list of words like those of libpq is given for the database', async () => {
    const error: unknown = await createEros({ database: `host=db password=${SECRET}` as never }).catch(
      (why: unknown) => why,
    );
    expect(error).toMatchObject({ code: 'invalid_settings', setting: 'database', given: 'a text' });
  });

  it('says where the URL of a server belongs that is given as the path of a file', async () => {
    const database = { type: 'sqlite', path: 'postgres://127.0.0.1:1/db' } as const;
    await expect(createEros({ database })).rejects.toMatchObject({
      code: 'invalid_settings',
      setting: 'database.path',
      given: 'the URL of a server',
    });
  });
});
