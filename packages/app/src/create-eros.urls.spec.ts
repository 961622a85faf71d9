import { inspect } from 'node:util';
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
});
