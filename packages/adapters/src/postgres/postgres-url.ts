/** What a URL of a database looks like. */
export const POSTGRES_URL_FORM = 'postgres://user:password@host:port/database';

/** Parameters that hold no secret. Whatever else stands in a query may be a part of a password that nobody has encoded. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  ...['user', 'host', 'port', 'schema', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert'],
]);

/**
 * Why a text is no URL of a PostgreSQL database that can be used; `undefined` when it is one. Tells nothing of what the text holds:
 * with a character that is not encoded, a part of a password stands where the database's name should be.
 */
export function postgresUrlProblem(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return 'something else';
  const { protocol, pathname, search, hash } = new URL(text);
  if (!/^postgres(ql)?:$/.test(protocol)) return 'something else';
  if (`${pathname}${search}${hash}`.includes('@')) return 'a URL with an @ behind its host that is not percent-encoded';
  return isDecodable(text) ? undefined : 'a URL with a % that encodes nothing';
}

/** What to give instead. */
export const POSTGRES_URL_ADVICE = `${POSTGRES_URL_FORM}, with / ? # @ % in user and password percent-encoded: %2F %3F %23 %40 %25`;

/** Whether a text given as the path of a file is the URL of a server instead: as a path, its password would be shown. */
export const isMeantForPostgres = (path: string): boolean => /^\s*postgres(ql)?:/i.test(path);

/** What to give instead. */
export const SQLITE_PATH_ADVICE = 'the path of a file; a URL belongs to PostgreSQL, as url';

/** `host:port/database` of a URL: what may be shown. Of a text that is no URL to be used it says nothing. */
export function databaseNameOf(url: string): string {
  if (postgresUrlProblem(url) !== undefined) return 'of a URL that cannot be used';
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? (hostname || 'localhost');
  const [, database = ''] = pathname.split('/');
  return `${host}:${searchParams.get('port') ?? (port || 5432)}/${database}`;
}

/** A URL without its secrets: user, host, port, database, and the parameters that hold none. */
export function shownPostgresUrl(text: string): string {
  const problem = postgresUrlProblem(text);
  if (problem !== undefined) return POSTGRES_URL_FORM;
  const url = new URL(text);
  url.password = '';
  url.hash = '';
  for (const name of new Set(url.searchParams.keys())) {
    if (!SHOWN_PARAMETERS.has(name)) url.searchParams.delete(name);
  }
  return url.href;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false; // as the driver would find, which knows no name for it
  }
}
