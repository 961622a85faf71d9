// What a planted bug is, and how it gets into a source text. Shared by the runner, the Jest transformer and the proofs.
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
/** Where the lists lie: bugs for tests, and bugs for proofs. The runner's own test keeps its lists elsewhere. */
const folders = process.env.EROS_PLANTED_LISTS
  ? [process.env.EROS_PLANTED_LISTS]
  : [path.join(__dirname, 'planted'), path.join(root, 'proofs/planted')];
const fields = ['id', 'file', 'find', 'replace', 'breaks'];

/** Every bug of every list, with the name of its list. */
function readBugs() {
  return folders.flatMap((folder) => {
    const lists = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return lists
      .sort()
      .flatMap((list) => JSON.parse(readFileSync(path.join(folder, list), 'utf8')).map((bug) => ({ ...bug, list })));
  });
}

/** `source` with the bug in it. A bug that finds its passage nowhere, or twice, would prove nothing: it is an error. */
function plant(source, bug) {
  const parts = source.split(bug.find);
  if (parts.length !== 2)
    throw new Error(`bug ${bug.id}: "${bug.find}" stands ${parts.length - 1} times in ${bug.file}`);
  return parts.join(bug.replace);
}

/** What is wrong with the lists themselves, one sentence each. */
function problemsOf(bugs) {
  const seen = new Set();
  return bugs.flatMap((bug) => {
    const catcher = typeof bug.proof === 'string' ? 'proof' : 'spec';
    const absent = [...fields, catcher].filter((field) => typeof bug[field] !== 'string');
    if (absent.length > 0) return [`bug ${bug.id} of ${bug.list} lacks ${absent.join(', ')}`];
    const problems = [];
    if (seen.has(bug.id)) problems.push(`bug ${bug.id}: the id stands twice`);
    seen.add(bug.id);
    if (bug.find === bug.replace) problems.push(`bug ${bug.id} changes nothing`);
    try {
      plant(readFileSync(path.join(root, bug.file), 'utf8'), bug);
    } catch (error) {
      problems.push(error.code === 'ENOENT' ? `bug ${bug.id}: there is no ${bug.file}` : error.message);
    }
    return problems;
  });
}

module.exports = { root, readBugs, plant, problemsOf };
