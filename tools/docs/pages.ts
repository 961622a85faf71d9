import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(__dirname, '../..');
export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The user's own document: it is compared byte for byte, and no rule of ours applies to it. */
export const REFERENCE = 'docs/reference/schema-reference.md';

/** Every page that is ours, as a path from the root. */
export function pages(): string[] {
  const inDocs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join('docs', file))
    .filter((file) => file.endsWith('.md') && file !== REFERENCE);
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs.sort()];
}

export interface Block {
  readonly page: string;
  /** From 1: of the opening fence. */
  readonly line: number;
  /** What stands behind the fence: `js`, `sh`, `text`. */
  readonly language: string;
  readonly text: string;
  /** Of the comment before the block: `include: examples/x.mjs#region`. */
  readonly marker: string | undefined;
}

/** The fenced blocks of a page. A marker is a comment with at most one blank line between it and the fence. */
export function blocksOf(page: string, text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)```(\w*)\s*$/.exec(lines[at] ?? '');
    if (!fence) continue;
    const [, indent = '', language = ''] = fence;
    const end = lines.findIndex((line, nth) => nth > at && line === `${indent}\`\`\``);
    if (end === -1) throw new Error(`${page}:${at + 1}: a block that does not end`);
    const before = lines[at - 1] === '' ? lines[at - 2] : lines[at - 1];
    const marker = /^<!-- (.+) -->$/.exec(before ?? '')?.[1];
    const body = lines.slice(at + 1, end).map((line) => `${line}\n`);
    blocks.push({ page, line: at + 1, language, text: body.join(''), marker });
    at = end;
  }
  return blocks;
}

/** The lines between `// #region NAME` and the next `// #endregion`. */
export function regionOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const length = lines.slice(begin + 1).findIndex((line) => line.trim() === '// #endregion');
  if (begin === -1 || length === -1) return undefined;
  return lines
    .slice(begin + 1, begin + 1 + length)
    .map((line) => `${line}\n`)
    .join('');
}

/** What is wrong with a block of code: nothing if it stands in a file that runs, or is none. */
export function sampleProblem(block: Block, readFile: (file: string) => string): string | undefined {
  const { page, line, language, text, marker } = block;
  const isCode = ['js', 'ts', 'mjs', 'javascript', 'typescript'].includes(language);
  const include = /^include: (\S+)#(\S+)$/.exec(marker ?? '');
  if (!include) return isCode ? `${page}:${line}: code that comes from no file` : undefined;
  const [, file = '', name = ''] = include;
  const region = regionOf(readFile(file), name);
  if (region === undefined) return `${page}:${line}: ${file} has no region ${name}`;
  return region === text ? undefined : `${page}:${line}: not what ${file}#${name} says`;
}

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The anchors of a page, as GitHub makes them of its headings. */
export const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** The targets of a page's links, but for those to the outside. */
export const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^\w+:/.test(target));

/** The first column of every row of the tables between a heading and the next, without its backticks. */
export function firstColumn(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (begin === -1) throw new Error(`no heading "${heading}"`);
  const length = lines.slice(begin + 1).findIndex((line) => /^#+ /.test(line));
  const section = lines.slice(begin + 1, length === -1 ? undefined : begin + 1 + length);
  return section.flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
}
