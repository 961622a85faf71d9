import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { plant, problemsOf, readBugs, type Bug } from './plant.cjs';

const bug: Bug = {
  id: 'rounds-half-down',
  list: 'x.json',
  file: 'packages/domain/src/arithmetic/rounding.ts',
  find: 'Math.floor(value + 0.5 + 1e-9)',
  replace: 'Math.ceil(value - 0.5)',
  spec: 'packages/domain/src/arithmetic/rounding.spec.ts',
  breaks: 'a half is rounded up',
};

describe('planting', () => {
  it('replaces the one passage, and takes it as it stands', () => {
    expect(plant('a + $b;\nc();', { ...bug, find: '+ $b', replace: '- $&' })).toBe('a - $&;\nc();');
  });

  it.each([
    ['stands nowhere', 'a();', 'stands 0 times'],
    ['stands twice', 'b(); b();', 'stands 2 times'],
  ])('fails loudly if the passage %s', (_, source, message) => {
    expect(() => plant(source, { ...bug, find: 'b();' })).toThrow(message);
  });

  it('finds nothing wrong with the lists as they stand', () => {
    expect(problemsOf(readBugs())).toEqual([]);
    expect(readBugs().length).toBeGreaterThan(100);
  });

  it.each([
    ['an id that stands twice', [bug, bug], 'the id stands twice'],
    ['a bug that changes nothing', [{ ...bug, replace: bug.find }], 'changes nothing'],
    [
      'a file that is not there',
      [{ ...bug, file: 'packages/domain/src/nowhere.ts' }],
      'there is no packages/domain/src/nowhere.ts',
    ],
    ['a passage that is not there', [{ ...bug, find: 'no such passage' }], 'stands 0 times'],
    ['a missing field', [{ ...bug, spec: undefined }], 'lacks spec'],
  ])('tells of %s', (_, bugs, problem) => {
    expect(problemsOf(bugs)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('npm run teeth', () => {
  let lists: string;
  beforeEach(() => void (lists = mkdtempSync(path.join(tmpdir(), 'eros-teeth-'))));
  afterEach(() => rmSync(lists, { recursive: true, force: true }));

  function teeth(bugs: readonly Partial<Bug>[], ...filter: string[]) {
    writeFileSync(path.join(lists, 'rounding.json'), JSON.stringify(bugs));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, 'run.mjs'), ...filter], {
      encoding: 'utf8',
      env: { ...process.env, EROS_PLANTED_LISTS: lists },
    });
    return { status, lastLine: stdout.trim().split('\n').at(-1), output: stdout + stderr };
  }

  it('tells a caught bug from a missed one, and fails for the missed', () => {
    const harmless = { ...bug, id: 'harmless', find: 'The only rounding of counts', replace: 'The rounding of counts' };
    const { status, lastLine, output } = teeth([bug, harmless]);
    expect(output).toMatch(/caught {2}rounds-half-down/);
    expect(output).toMatch(/MISSED {2}harmless/);
    expect(lastLine).toBe('planted 2, caught 1, missed 1');
    expect(status).toBe(1);
    expect(teeth([bug, harmless], 'rounds-half')).toMatchObject({
      status: 0,
      lastLine: 'planted 1, caught 1, missed 0',
    });
  });

  it('plants a sample, another one from another number on, and takes no number that is none', () => {
    const bugs = ['one', 'two', 'three', 'four'].map((id) => ({ ...bug, id }));
    const planted = (...flags: string[]) =>
      teeth(bugs, ...flags, '--tested')
        .output.match(/caught {2}\w+/g)
        ?.sort();
    expect(planted('--sample', '2')).toEqual(['caught  one', 'caught  three']);
    expect(planted('--sample', '2', '--from', '7')).toEqual(['caught  four', 'caught  two']);
    expect(teeth(bugs, '--sample', 'some')).toMatchObject({
      status: 1,
      output: expect.stringContaining('whole numbers'),
    });
  });

  it('does not take a text that will not compile for a caught bug', () => {
    const { status, output } = teeth([{ ...bug, replace: '((' }]);
    expect(output).toMatch(/MISSED {2}rounds-half-down/);
    expect(status).toBe(1);
  });

  it('stops before any test if a passage is not there, or no bug matches', () => {
    const { status, output } = teeth([{ ...bug, find: 'no such passage' }]);
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('stands 0 times') });
    expect(output).not.toContain('planted');
    expect(teeth([bug], 'nothing-like-it')).toMatchObject({
      status: 1,
      output: expect.stringContaining('no planted bug'),
    });
  });
});
