import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const { plant, problemsOf, readBugs, root } = createRequire(import.meta.url)('../../tools/teeth/plant.cjs');
const PACKAGES = ['domain', 'adapters', 'app'];

/** The bug `id` that some proof must catch. Throws when there is none, or when its passage is not there. */
export function plantedBug(id) {
  const bugs = readBugs().filter(({ proof }) => proof !== undefined);
  const bug = bugs.find((each) => each.id === id);
  if (!bug) throw new Error(`--planted ${id}: give one of ${bugs.map((each) => each.id).join(', ')}`);
  const problems = problemsOf([bug]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return bug;
}

/**
 * Builds the packages from their sources with the bug in them, and answers with the folder of the bundles. It lies under
 * `node_modules`, so that what the bundles import is found as from anywhere else.
 */
export async function buildPlanted(bug) {
  const folder = path.join(root, 'node_modules/.cache/eros-proofs', bug.id);
  await mkdir(folder, { recursive: true });
  const planting = {
    name: 'planting',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const source = readFileSync(file, 'utf8');
        return { loader: 'ts', contents: path.relative(root, file) === bug.file ? plant(source, bug) : source };
      }),
  };
  await build({
    entryPoints: Object.fromEntries(PACKAGES.map((name) => [name, path.join(root, 'packages', name, 'src/index.ts')])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    tsconfig: path.join(root, 'tsconfig.base.json'),
    plugins: [planting],
  });
  return folder;
}
