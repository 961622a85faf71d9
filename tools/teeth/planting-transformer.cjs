// A Jest transformer that plants one bug: it replaces one passage of one source file before the file is compiled.
const path = require('node:path');
const swc = require('@swc/jest');
const { plant, readBugs, root } = require('./plant.cjs');

const bug = readBugs().find(({ id }) => id === process.env.EROS_PLANTED);
if (!bug) throw new Error(`no planted bug "${process.env.EROS_PLANTED}"`);

const plantInFile = (source, filename) => (path.relative(root, filename) === bug.file ? plant(source, bug) : source);

module.exports = {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    return {
      ...inner,
      process: (source, filename, jestOptions) => inner.process(plantInFile(source, filename), filename, jestOptions),
      // The planted text is part of the key: a bug never comes from the cache of a sound file, nor the other way round.
      getCacheKey: (source, filename, jestOptions) =>
        inner.getCacheKey(plantInFile(source, filename), filename, jestOptions),
    };
  },
};
