// Makes dist/bundle.js of the package in the current folder: one file loads several times faster than hundreds of small
// ones. Other packages stay outside, so that every class exists once; what a package lists under "bundled" comes inside.
// Declarations and the separate files are tsc's.
import { existsSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const {
  name: self,
  dependencies = {},
  peerDependencies = {},
  bundled = [],
} = JSON.parse(readFileSync('package.json', 'utf8'));
const outside = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !bundled.includes(name));

const common = {
  bundle: true,
  external: outside.flatMap((name) => [name, `${name}/*`]),
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
};

await build({ ...common, entryPoints: ['dist/index.js'], outfile: 'dist/bundle.js' });

/** Contract suites judge what the package gives out: they import it as a stranger does, and its classes exist once. */
const ownPackage = {
  name: 'own-package',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === 'entry-point' || path.endsWith('.contract.js') ? undefined : { path: self, external: true },
    ),
};
if (existsSync('dist/contracts.js')) {
  const contracts = { entryPoints: ['dist/contracts.js'], outfile: 'dist/contracts.bundle.js', plugins: [ownPackage] };
  await build({ ...common, ...contracts });
}
