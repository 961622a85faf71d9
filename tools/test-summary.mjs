// The last line of every run: `N passed, N failed, N skipped`, over all projects that have tests.
// Fails when a test failed, when a file of tests could not be loaded, and when a project left no results at all.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** The folders of `root` that have a Jest configuration. */
export function testedProjects(root = repository) {
  const inside = (folder) => {
    const absolute = path.join(root, folder);
    return existsSync(absolute) ? readdirSync(absolute).map((name) => path.join(folder, name)) : [];
  };
  return [...inside('packages'), ...inside('apps'), 'tools'].filter((project) =>
    existsSync(path.join(root, project, 'jest.config.js')),
  );
}

const resultsOf = (project, root) => path.join(root, project, 'test-results.json');

/** Takes away what earlier runs left, so that it cannot be counted again. */
export function forgetResults(root = repository) {
  for (const project of testedProjects(root)) rmSync(resultsOf(project, root), { force: true });
}

/** Counts what the last run left: the line to print, what is wrong besides failed tests, and whether all is well. */
export function summarise(root = repository) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const problems = [];
  for (const project of testedProjects(root)) {
    const file = resultsOf(project, root);
    if (!existsSync(file)) {
      problems.push(`${project}: its tests did not run`);
      continue;
    }
    const results = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += results.numPassedTests;
    counts.failed += results.numFailedTests;
    counts.skipped += results.numPendingTests + results.numTodoTests;
    if (results.numRuntimeErrorTestSuites > 0) {
      problems.push(`${project}: ${results.numRuntimeErrorTestSuites} files of tests could not be loaded`);
    } else if (!results.success && results.numFailedTests === 0) {
      problems.push(`${project}: the run failed, though no test did`);
    }
  }
  const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
  return { line, problems, isGreen: problems.length === 0 && counts.failed === 0 && counts.passed > 0 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { line, problems, isGreen } = summarise(process.argv[2]);
  for (const problem of problems) console.log(problem);
  console.log(line);
  process.exit(isGreen ? 0 : 1);
}
