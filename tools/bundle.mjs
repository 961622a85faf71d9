// Makes dist/bundle.js of the package in the current folder: one file loads several times faster than hundreds of small
// ones. Other packages stay outside, so that every class exists once; what a package lists under "bundled" comes inside.
// Declarations and the separate files are tsc's.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { dependencies = {}, peerDependencies = {}, bundled = [] } = JSON.parse(readFileSync('package.json', 'utf8'));
const outside = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !bundled.includes(name));

await build({
  entryPoints: ['dist/index.js'],
  outfile: 'dist/bundle.js',
  bundle: true,
  external: outside.flatMap((name) => [name, `${name}/*`]),
  format: 'esm',
  platform: 'node',
  target: 'node20',
  keepNames: true,
  sourcemap: true,
  logLevel: 'warning',
});
