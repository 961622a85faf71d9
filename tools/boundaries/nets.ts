import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Breach } from './breaches.js';

export const root = path.resolve(__dirname, '../..');
const layers = ['packages/domain', 'packages/adapters', 'packages/app', 'apps/cli'] as const;

/** A file as it would stand in the repository, and its text. */
export interface Planted {
  readonly file: string;
  readonly text: string;
}

/** What a net says, per file that it complains of. */
export type Catch = ReadonlyMap<string, readonly string[]>;

export const plant = ({ layer, code }: Pick<Breach, 'layer' | 'code'>, nth: number): Planted => ({
  file: `${layer}/src/planted-${nth}.ts`,
  text: `${code}\n`,
});

/** ESLint, on texts that lie nowhere but are judged as if they lay in the repository. */
export function eslintNet(planted: readonly Planted[]): Catch {
  return runEslint(JSON.stringify(planted));
}

/** ESLint, on the shipped sources as they stand. */
export const eslintOnTree = (): Catch => runEslint('');

function runEslint(input: string): Catch {
  const output = execFileSync(process.execPath, [path.join(root, 'tools/boundaries/eslint-net.mjs')], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const byFile = Object.entries(JSON.parse(output) as Record<string, string[]>);
  return new Map(byFile.filter(([, messages]) => messages.length > 0));
}

/**
 * The repository in small: the real settings, packages that hold an empty index each, and the planted files. The real
 * dependencies are linked in; `@eros/*` are the small ones.
 */
export class SmallRepository {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'eros-boundaries-'));

  constructor() {
    cpSync(path.join(root, 'tsconfig.base.json'), this.at('tsconfig.base.json'));
    cpSync(path.join(root, 'package.json'), this.at('package.json'));
    mkdirSync(this.at('node_modules/@eros'), { recursive: true });
    for (const name of readdirSync(path.join(root, 'node_modules'))) {
      if (name !== '@eros') symlinkSync(path.join(root, 'node_modules', name), this.at('node_modules', name));
    }
    for (const layer of layers) {
      mkdirSync(this.at(layer, 'src'), { recursive: true });
      symlinkSync(this.at(layer), this.at('node_modules/@eros', path.basename(layer)));
      for (const name of ['package.json', 'tsconfig.lib.json'])
        cpSync(path.join(root, layer, name), this.at(layer, name));
      writeFileSync(this.at(layer, 'src/index.ts'), `export const ${path.basename(layer)} = 1;\n`);
    }
    writeFileSync(this.at('packages/domain/src/why.ts'), 'export const why = 1;\n');
    // A reference is read from what its project built.
    execFileSync(process.execPath, [compiler, '-b', ...layers.map((layer) => `${layer}/tsconfig.lib.json`)], {
      cwd: this.folder,
      encoding: 'utf8',
    });
  }

  plant(planted: readonly Planted[]): void {
    for (const { file, text } of planted) writeFileSync(this.at(file), text);
  }

  dependencyCruiserNet(): Catch {
    return cruise(this.folder);
  }

  typesNet(): Catch {
    return layers.map((layer) => typecheck(this.folder, layer)).reduce(merge, new Map());
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private at(...parts: readonly string[]): string {
    return path.join(this.folder, ...parts);
  }
}

const compiler = path.join(root, 'node_modules/@typescript/native/bin/tsc');

/** dependency-cruiser with the repository's rules, on the packages under `folder`. */
export function cruise(folder: string): Catch {
  const cruiser = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = path.join(root, '.dependency-cruiser.cjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruiser, 'packages', 'apps', '--config', config, '--output-type', 'json'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (stdout === '') throw new Error(`dependency-cruiser said nothing but: ${stderr}`);
  const { summary, modules } = JSON.parse(stdout) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
    modules: unknown[];
  };
  if (modules.length < 4) throw new Error('dependency-cruiser found no modules');
  return summary.violations
    .map(({ from, to, rule }): Catch => new Map([[from, [`${rule.name}: ${to}`]]]))
    .reduce(merge, new Map());
}

/** The compiler on one layer's shipped sources. Only errors inside `src` are told: the rest is not the layer's. */
export function typecheck(folder: string, layer: string): Catch {
  const { stdout } = spawnSync(
    process.execPath,
    [compiler, '-p', `${layer}/tsconfig.lib.json`, '--noEmit', '--pretty', 'false'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  const caught = new Map<string, string[]>();
  for (const [, file, message] of stdout.matchAll(/^(\S+?)\(\d+,\d+\): error (.*)$/gm)) {
    if (file && message) caught.set(file, [...(caught.get(file) ?? []), message]);
  }
  return caught;
}

function merge(some: Catch, more: Catch): Catch {
  const both = new Map(some);
  for (const [file, messages] of more) both.set(file, [...(both.get(file) ?? []), ...messages]);
  return both;
}
