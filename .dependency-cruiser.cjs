const layer = (name) => `^(packages|apps)/${name}/`;
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'domain-is-pure', severity: 'error', from: { path: layer('domain') }, to: { pathNot: layer('domain') } },
    {
      name: 'adapters-only-domain',
      severity: 'error',
      from: { path: layer('adapters') },
      to: { path: '^(packages|apps)/', pathNot: layer('(adapters|domain)') },
    },
    { name: 'app-imports-no-driver', severity: 'error', from: { path: layer('app') }, to: { path: '^apps/' } },
    {
      name: 'drivers-only-app',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^packages/', pathNot: layer('app') },
    },
    {
      name: 'orm-only-in-adapters',
      severity: 'error',
      from: { pathNot: layer('adapters') },
      to: { path: 'node_modules/(typeorm|better-sqlite3|sqlite3|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'inversify-only-in-app',
      severity: 'error',
      from: { pathNot: layer('app') },
      to: { path: 'node_modules/(inversify|@inversifyjs|reflect-metadata)/' },
    },
    {
      name: 'no-deep-cross-package',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^(packages|apps)/($2/|[^/]+/src/index\\.ts$)' },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '(/dist/|/out-tsc/|\\.spec\\.ts$|\\.contract\\.ts$|/src/contracts\\.ts$|/testing/|jest\\.config\\.js$)',
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@eros/source', 'import', 'node', 'default', 'types'],
    },
    combinedDependencies: false,
  },
};
