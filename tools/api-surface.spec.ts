import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const node = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
/** The lines under a heading. */
const section = (text: string, heading: string) =>
  (text.split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line !== '') ?? [];

describe('the public face of @eros/app', () => {
  const pinned = readFileSync(path.join(root, 'packages/app/api.txt'), 'utf8');

  it('is the pinned one; a change that is meant is pinned by `npm run api:update`', () => {
    expect(node('tools/api-surface.mjs')).toBe(pinned);
  });

  it('holds at run time exactly the values that it declares', () => {
    const script = "import('@eros/app').then((app) => console.log(JSON.stringify(Object.keys(app).sort())))";
    const names: unknown = JSON.parse(node('--disable-warning=ExperimentalWarning', '--eval', script));
    expect(names).toEqual(section(pinned, 'Values'));
    expect(names).toEqual(expect.arrayContaining(['createEros', 'isErosError']));
  });

  it('shows no types of others but what a host lends us and how it rebinds a port', () => {
    expect(section(pinned, 'Types of others')).toEqual([
      '@inversifyjs/container: ContainerModule',
      'typeorm: DataSource',
      'typeorm: EntityManager',
    ]);
  });

  it('has no `any` in it', () => {
    expect(pinned.split('\n').filter((line) => /\bany\b/.test(line) && !line.includes("'"))).toEqual([]);
  });
});
