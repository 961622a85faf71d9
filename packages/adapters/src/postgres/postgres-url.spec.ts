import fc from 'fast-check';
import { isErosError } from '@eros/domain';
import { openMigrations } from '../database-admin.js';
import { databaseNameOf, postgresUrlProblem, shownPostgresUrl } from './postgres-url.js';

/** A part of every password here, which no text that is shown may hold. */
const SECRET = 'sesame';
/** Passwords with all that has a meaning in URLs. */
const password = fc
  .array(fc.constantFrom(...'/?#@%:&=\\[]+ ;,', '%2', '%zz', '%40', '123', '\ud83d\ude00'), { maxLength: 5 })
  .chain((parts) => fc.shuffledSubarray([...parts, SECRET, SECRET], { minLength: parts.length + 2 }))
  .map((parts) => parts.join(''))
  .filter((text) => text.includes(SECRET));
const place = fc.constantFrom<(text: string) => string>(
  (text) => `postgres://kim:${text}@host:5432/db`,
  (text) => `postgres://kim:${text}@host/db?sslmode=require`,
  (text) => `postgresql://kim:${text}@/db?host=/run`,
  (text) => `postgres:kim:${text}@host/db`,
  (text) => `postgres://kim:${encodeURIComponent(text)}@host/db`,
  (text) => `postgres://host/db?user=kim&password=${text}`,
  (text) => `postgres://host/db?password=${encodeURIComponent(text)}&schema=eros`,
  (text) => `postgres://host/db?sslpassword=${text}&sslmode=require`,
);

describe('the URL of a database', () => {
  it('shows no password, wherever it stands and whatever is not encoded in it', async () => {
    await fc.assert(
      fc.asyncProperty(place, password, async (urlWith, text) => {
        const url = urlWith(text);
        const told = [postgresUrlProblem(url), databaseNameOf(url), shownPostgresUrl(url)];
        const refusal: unknown = await openMigrations({ url }).then(
          ({ databaseName }) => databaseName,
          (error: unknown) => (isErosError(error, 'invalid_settings') ? [error.message, { ...error }] : 'untyped'),
        );
        expect(JSON.stringify([told, refusal])).not.toContain(SECRET);
        expect(refusal).not.toBe('untyped');
        expect(Array.isArray(refusal)).toBe(postgresUrlProblem(url) !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['postgres://kim:/pw@host/db', 'an @ behind its host'],
    ['postgres://kim:12/pw@host/db', 'an @ behind its host'],
    ['postgres://kim:12?pw@host/db', 'an @ behind its host'],
    ['postgres://kim:12#pw@host/db', 'an @ behind its host'],
    ['postgres://kim:100%@host/db', 'a % that encodes nothing'],
    ['postgres://kim:%ff@host/db', 'a % that encodes nothing'],
    ['postgres://kim:a/b@host/db', 'something else'],
    ['mysql://host/db', 'something else'],
    [undefined, 'something else'],
  ])('is none that can be used: %s', (url, problem) => {
    expect(postgresUrlProblem(url)).toContain(problem);
  });

  it.each([
    ['postgres://kim:p%40%2Fw@host/db?sslmode=require', 'host:5432/db', 'postgres://kim@host/db?sslmode=require'],
    ['postgres://kim:p@ss@host:6543/db#more', 'host:6543/db', 'postgres://kim@host:6543/db'],
    ['postgresql:///db?host=/run&password=pw', '/run:5432/db', 'postgresql:///db?host=%2Frun'],
    ['postgres://host/db/more?user=kim&port=1&unknown=pw', 'host:1/db', 'postgres://host/db/more?user=kim&port=1'],
  ])('is shown without secrets: %s', (url, name, shown) => {
    expect([postgresUrlProblem(url), databaseNameOf(url), shownPostgresUrl(url)]).toEqual([undefined, name, shown]);
  });

  it('that cannot be used is not shown', () => {
    expect(databaseNameOf('postgres://kim:/pw@host/db')).toBe('of a URL that cannot be used');
    expect(shownPostgresUrl('postgres://kim:/pw@host/db')).toBe('postgres://user:password@host:port/database');
  });
});
