import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const { plant, problemsOf, readBugs, root } = createRequire(import.meta.url)('../teeth/plant.cjs');

/** The simulator and the engine in one file, made from their sources; with a planted bug, if one is named. */
export async function bundleSimulator(plantedId) {
  const bug = plantedId && bugNamed(plantedId);
  const outfile = path.join(root, 'node_modules/.cache/eros-sim', `${plantedId ?? 'sound'}-${process.pid}.mjs`);
  const planting = {
    name: 'planting',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const source = readFileSync(file, 'utf8');
        return { loader: 'ts', contents: path.relative(root, file) === bug?.file ? plant(source, bug) : source };
      }),
  };
  await build({
    entryPoints: [path.join(root, 'tools/sim/index.ts')],
    outfile,
    bundle: true,
    conditions: ['@eros/source'],
    // Databases and containers that the engine could use, but that no simulated world has.
    external: ['typeorm', 'pg', 'pg-boss', 'sqlite3', 'better-sqlite3', 're2js', 'inversify'],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [planting],
  });
  return { outfile, url: pathToFileURL(outfile).href };
}

function bugNamed(id) {
  const bug = readBugs().find((each) => each.id === id);
  if (!bug) throw new Error(`--planted ${id}: there is no such bug in tools/teeth/planted`);
  const problems = problemsOf([bug]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return bug;
}
