// A Jest transformer that plants one bug: it replaces one passage of one source file before the file is compiled.
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/jest');

const root = path.resolve(__dirname, '../..');
const planted = readdirSync(path.join(__dirname, 'planted')).flatMap((file) =>
  JSON.parse(readFileSync(path.join(__dirname, 'planted', file), 'utf8')),
);
const bug = planted.find(({ id }) => id === process.env.EROS_PLANTED);
if (!bug) throw new Error(`no planted bug "${process.env.EROS_PLANTED}"`);

function plant(source, filename) {
  if (path.relative(root, filename) !== bug.file) return source;
  const parts = source.split(bug.find);
  if (parts.length !== 2)
    throw new Error(`bug ${bug.id}: "${bug.find}" stands ${parts.length - 1} times in ${bug.file}`);
  return parts.join(bug.replace);
}

module.exports = {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    return {
      ...inner,
      process: (source, filename, jestOptions) => inner.process(plant(source, filename), filename, jestOptions),
      getCacheKey: (source, filename, jestOptions) => inner.getCacheKey(plant(source, filename), filename, jestOptions),
    };
  },
};
