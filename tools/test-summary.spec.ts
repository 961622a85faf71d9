import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const green = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 0,
};

describe('the count over all projects', () => {
  let root: string;
  beforeEach(() => void (root = mkdtempSync(path.join(tmpdir(), 'eros-summary-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function project(name: string, results?: object): void {
    mkdirSync(path.join(root, name), { recursive: true });
    writeFileSync(path.join(root, name, 'jest.config.js'), '');
    if (results) writeFileSync(path.join(root, name, 'test-results.json'), JSON.stringify(results));
  }
  function summary(): { status: number | null; lines: string[] } {
    const { status, stdout } = spawnSync(process.execPath, [path.join(__dirname, 'test-summary.mjs'), root], {
      encoding: 'utf8',
    });
    return { status, lines: stdout.trim().split('\n') };
  }

  it('adds up packages, apps and tools', () => {
    for (const name of ['packages/a', 'packages/b', 'apps/c', 'tools']) project(name, green);
    expect(summary()).toEqual({ status: 0, lines: ['12 passed, 0 failed, 8 skipped'] });
  });

  it('fails when a test failed', () => {
    project('packages/a', green);
    project('tools', { ...green, success: false, numFailedTests: 2 });
    expect(summary()).toEqual({ status: 1, lines: ['6 passed, 2 failed, 4 skipped'] });
  });

  it('fails when a file of tests could not be loaded', () => {
    project('packages/a', { ...green, success: false, numRuntimeErrorTestSuites: 1 });
    expect(summary()).toEqual({
      status: 1,
      lines: ['packages/a: 1 files of tests could not be loaded', '3 passed, 0 failed, 2 skipped'],
    });
  });

  it('fails when a run failed though no test did', () => {
    project('packages/a', { ...green, success: false });
    expect(summary()).toMatchObject({
      status: 1,
      lines: ['packages/a: the run failed, though no test did', expect.anything()],
    });
  });

  it('fails when a project left no results', () => {
    project('packages/a', green);
    project('apps/c');
    expect(summary()).toEqual({ status: 1, lines: ['apps/c: its tests did not run', '3 passed, 0 failed, 2 skipped'] });
  });

  it('fails when nothing passed', () => {
    project('packages/a', { ...green, numPassedTests: 0 });
    expect(summary()).toMatchObject({ status: 1 });
  });
});
