import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { breachesIn, isShipped, rules } from './tidy/rules.js';

const root = path.resolve(__dirname, '..');
const lines = (output: string) => output.split('\n').filter((line) => line !== '');
/** What is or will be in the repository; a file that somebody has just deleted is in neither. */
const files = lines(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }),
).filter((file) => existsSync(path.join(root, file)));

describe('the house rules', () => {
  it('look at all there is', () => {
    for (const layer of ['packages/domain', 'packages/adapters', 'packages/app', 'apps/cli']) {
      expect(files.filter((file) => file.startsWith(`${layer}/src/`) && isShipped(file)).length).toBeGreaterThan(0);
    }
  });

  it.each(rules)('$name', (rule) => {
    const found = files
      .filter((file) => rule.appliesTo(file))
      .flatMap((file) => breachesIn(rule, file, readFileSync(path.join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it.each(['packages/domain', 'packages/adapters', 'packages/app'])('%s exports something', (layer) => {
    expect(readFileSync(path.join(root, layer, 'src/index.ts'), 'utf8')).toMatch(/^export (\*|(type )?\{ ?\w)/m);
  });

  it('every folder of the domain is exported by its index', () => {
    const index = readFileSync(path.join(root, 'packages/domain/src/index.ts'), 'utf8');
    const folders = files
      .map((file) => /^packages\/domain\/src\/([\w-]+)\/index\.ts$/.exec(file)?.[1])
      .filter((folder) => folder !== undefined);
    expect(folders).not.toHaveLength(0);
    expect(folders.filter((folder) => !index.includes(`'./${folder}/index.js'`))).toEqual([]);
  });

  it('no specifier of the lock names a host', () => {
    const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
    expect(lines(lock).filter((line) => /"resolved": "(https?|git)/.test(line))).toEqual([]);
  });
});

describe('each rule', () => {
  const samples = rules.flatMap((rule) => [
    ...rule.breaks.map((sample) => ({
      name: rule.name,
      rule,
      sample,
      isBreach: true,
      shown: JSON.stringify(sample).slice(0, 60),
    })),
    ...rule.keeps.map((sample) => ({
      name: rule.name,
      rule,
      sample,
      isBreach: false,
      shown: JSON.stringify(sample).slice(0, 60),
    })),
  ]);

  it('has a sample of both kinds', () => {
    expect(rules.filter(({ breaks, keeps }) => breaks.length === 0 || keeps.length === 0)).toEqual([]);
  });

  it.each(samples)('$name: $shown -> $isBreach', ({ rule, sample, isBreach }) => {
    expect(breachesIn(rule, 'packages/domain/src/x.ts', sample).length > 0).toBe(isBreach);
  });

  it('tells where, what, and what to do instead', () => {
    const rule = rules.find(({ name }) => name === 'no unfinished business');
    if (!rule) throw new Error('bug: the rule is gone');
    expect(breachesIn(rule, 'a/b.ts', ['one', `two ${'TO'}DO three`].join('\n'))).toEqual([
      `a/b.ts:2: ${'TO'}DO (${rule.instead})`,
    ]);
  });
});
