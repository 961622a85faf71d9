// npm run check:packages: packs what would be published, installs the tarballs together where nothing of this repository
// is in reach, and uses @eros/app as a stranger would: by import, by require, from TypeScript of both kinds; and the
// command line by its name.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const projects = ['packages/domain', 'packages/adapters', 'packages/app', 'apps/cli'];
const folder = mkdtempSync(path.join(tmpdir(), 'eros-packages-'));
const at = (...parts) => path.join(folder, ...parts);
const write = (file, text) => {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
};
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });

const useEros = `
const eros = await createEros({ database: { type: 'sqlite', path: ':memory:' } });
const { isValid } = eros.captions.score('a caption', 'winner');
const refused = await eros.rotations.get('').catch((error) => error);
await eros.close();
console.log(JSON.stringify({ isValid, isFunction: typeof isErosError === 'function', refused: isErosError(refused) || refused === undefined }));
`;
const useTypes = `
export async function score(text: string): Promise<number> {
  const options: ErosOptions = { database: { type: 'sqlite', path: ':memory:' } };
  const eros: Eros = await createEros(options);
  // @ts-expect-error a structure that does not exist is told at compile time: these are types, not any
  eros.captions.score(text, 'no-such-structure');
  const { score } = eros.captions.score(text, 'winner');
  await eros.close();
  return score;
}
`;
const consumers = {
  'esm/package.json': '{ "type": "module" }',
  'esm/index.js': `import { createEros, isErosError } from '@eros/app';\n${useEros}`,
  'esm/types.ts': `import { createEros, type Eros, type ErosOptions } from '@eros/app';\n${useTypes}`,
  'cjs/package.json': '{ "type": "commonjs" }',
  'cjs/index.js': `const { createEros, isErosError } = require('@eros/app');\n(async () => {${useEros}})();\n`,
  'cjs/types.ts': `import app = require('@eros/app');\ntype Eros = app.Eros;\ntype ErosOptions = app.ErosOptions;\nconst { createEros } = app;\n${useTypes}`,
};
const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023'],
  strict: true,
  noEmit: true,
  types: ['node'],
  // Also what the published declarations say; those of others are left out below.
  skipLibCheck: false,
};

try {
  for (const project of projects) pack(project);
  install();
  for (const [file, text] of Object.entries(consumers)) write(file, text);

  step('every file that a package names is in it', () => projects.forEach(filesExist));
  for (const kind of ['esm', 'cjs']) {
    step(`${kind}: runs`, () => {
      const told = run(process.execPath, ['--disable-warning=ExperimentalWarning', 'index.js'], at(kind)).trim();
      const expected = JSON.stringify({ isValid: false, isFunction: true, refused: true });
      if (told !== expected) throw new Error(`it said ${told}, not ${expected}`);
    });
    step(`${kind}: compiles with nodenext`, () => compile(kind));
  }
  step('eros --help', () => {
    if (!/Usage: eros/.test(run(at('node_modules/.bin/eros'), ['--help']))) throw new Error('it shows no usage');
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function step(name, work) {
  try {
    work();
    console.log(`ok  ${name}`);
  } catch (error) {
    console.error(`not ok  ${name}\n${error.message}\n${error.stdout ?? ''}`);
    process.exitCode = 1;
  }
}

function pack(project) {
  const dist = path.join(root, project, 'dist');
  if (!existsSync(dist)) throw new Error(`${project} is not built: npm run build`);
  mkdirSync(at('tarballs'), { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', at('tarballs')], path.join(root, project));
}

function install() {
  const tarballs = readdirSync(at('tarballs')).map((name) => `./tarballs/${name}`);
  // The range that the packages themselves ask of a host.
  const { peerDependencies } = JSON.parse(readFileSync(path.join(root, 'packages/app/package.json'), 'utf8'));
  const peers = Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
  write('package.json', '{ "private": true }');
  // Without scripts, so that sqlite3 is not compiled once more: its binary is the one that was compiled here.
  const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quietly, ...tarballs, ...peers]);
  cpSync(path.join(root, 'node_modules/sqlite3/build'), at('node_modules/sqlite3/build'), { recursive: true });
  mkdirSync(at('node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    if (!existsSync(at('node_modules', name)))
      symlinkSync(path.join(root, 'node_modules', name), at('node_modules', name));
  }
}

function filesExist(project) {
  const { name, exports = {}, bin = {} } = JSON.parse(readFileSync(path.join(root, project, 'package.json'), 'utf8'));
  const named = [
    ...Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? target : [target.types, target.default],
    ),
    ...Object.values(bin),
  ];
  const absent = named.filter((file) => !existsSync(at('node_modules', name, file)));
  if (absent.length > 0) throw new Error(`${name} names, but does not hold: ${absent.join(', ')}`);
  if (existsSync(at('node_modules', name, 'src'))) throw new Error(`${name} publishes its sources`);
}

function compile(kind) {
  write(`${kind}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['types.ts'] }));
  const tsc = path.join(root, 'node_modules/@typescript/native/bin/tsc');
  try {
    run(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], at(kind));
  } catch (error) {
    const ours = error.stdout
      .split('\n')
      .filter((line) => line.includes('error TS') && (/^types\.ts/.test(line) || line.includes('@eros/')));
    if (ours.length > 0) throw new Error(ours.join('\n'), { cause: error });
    if (!error.stdout.includes('node_modules/')) throw error;
  }
}
