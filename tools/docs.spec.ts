import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { processTerminal } from '../apps/cli/src/output/terminal.js';
import { createProgram } from '../apps/cli/src/program.js';
import { declaredSchema } from '../packages/adapters/src/schema/declared-schema.js';
import * as exported from '../packages/app/src/errors.js';
import {
  anchorsOf,
  blocksOf,
  firstColumn,
  linksOf,
  pages,
  read,
  REFERENCE,
  regionOf,
  root,
  sampleProblem,
} from './docs/pages.js';

const texts = new Map(pages().map((page) => [page, read(page)]));
const blocks = [...texts].flatMap(([page, text]) => blocksOf(page, text));
const examples = readdirSync(path.join(root, 'examples')).filter((file) => file.endsWith('.mjs'));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const sorted = (names: Iterable<string>): string[] => [...names].sort();

describe('the pages', () => {
  it('show only code that stands in a file that runs', () => {
    expect(blocks.filter(({ language }) => language === 'js').length).toBeGreaterThan(4);
    expect(blocks.flatMap((block) => sampleProblem(block, read) ?? [])).toEqual([]);
  });

  it('link to what is there', () => {
    const broken = [...texts].flatMap(([page, text]) =>
      linksOf(text).filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page : path.join(path.dirname(page), file);
        if (!existsSync(path.join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
      }),
    );
    expect(broken).toEqual([]);
  });

  it('leave the schema reference as the user wrote it', () => {
    expect(createHash('sha256').update(read(REFERENCE)).digest('hex')).toBe(
      '3a6a0067b73e171e77ac80764dca7d588e2a65e5f93300f53481b6e88f3c415f',
    );
  });

  it('list every decision', () => {
    const files = readdirSync(path.join(root, 'docs/decisions')).filter((file) => file !== 'README.md');
    expect(sorted(linksOf(read('docs/decisions/README.md')))).toEqual(sorted(files));
    expect(new Set(files.map((file) => /^\d{4}(?=-)/.exec(file)?.[0])).size).toBe(files.length);
    files.forEach((file) => {
      const headings = [...read(`docs/decisions/${file}`).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Context', 'Choice', 'Cost', 'What would change our mind']);
    });
  });

  it('name scripts that exist', () => {
    const named = blocks.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
    const inText = [...texts.values()].flatMap((text) =>
      [...text.matchAll(/`npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect([...named, ...inText].filter((name) => !(name in scripts))).toEqual([]);
  });

  it('have a line for every script', () => {
    const commands = firstColumn(read('CONTRIBUTING.md'), 'Commands');
    const names = commands.map((command) => /^npm (?:run )?([\w:-]+)/.exec(command)?.[1] ?? command);
    expect(sorted(names)).toEqual(sorted(Object.keys(scripts)));
  });
});

describe('the examples', () => {
  const outputs = new Map<string, string>();

  it.each(examples)('%s runs, says something, and leaves nothing behind', (example) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eros-docs-'));
    try {
      const file = path.join(root, 'examples', example);
      const env = { ...process.env, TMPDIR: folder, NODE_OPTIONS: '', NODE_ENV: '' };
      const output = execFileSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
      expect(output).not.toBe('');
      expect(readdirSync(folder)).toEqual([]);
      outputs.set(`examples/${example}`, output);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('print what the pages say that they print', () => {
    const shown = blocks.filter(({ marker }) => marker?.startsWith('output: '));
    expect(shown).not.toHaveLength(0);
    for (const { marker = '', text } of shown) expect(text).toBe(outputs.get(marker.replace('output: ', '')));
  });
});

/** The worlds of the simulator, as the page calls them. */
const WORLDS: Readonly<Record<string, string>> = {
  'weeks vary by 25 %': 'variation .25',
  'weeks vary by 40 %': 'variation .40',
  'weeks vary by 60 %': 'variation .60',
  'a shape that the learner does not know, 40 %': 'unknown shape, .40',
  'fatigue that comes slowly, 25 %, 78 weeks': 'slow fatigue, .25, 78 wk',
  'volume does not matter, 40 %': 'no effect, .40',
};

describe('the reference', () => {
  it('lists every error with its code', () => {
    const classes = Object.entries(exported).flatMap(([name, value]) =>
      typeof value === 'function' && value.prototype instanceof Error ? [name] : [],
    );
    const rows = [...read('docs/reference/errors.md').matchAll(/^\| `(\w+)` +\| `(\w+)`/gm)];
    expect(sorted(rows.map(([, code, name]) => `${name} ${code}`))).toEqual(
      sorted(classes.map((name) => `${name} ${codeOf(name)}`)),
    );
  });

  it('lists every reason to reject a row', () => {
    const declared = /type RejectReason =([^;]+);/.exec(read('packages/domain/src/imports/rejection.ts'))?.[1] ?? '';
    const reasons = [...declared.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
    expect(reasons.length).toBeGreaterThan(10);
    const listed = firstColumn(read('docs/how-to/import-an-export.md'), 'Every reject reason');
    // The import itself and the reader of CSV files have one more each.
    expect(sorted(listed)).toEqual(sorted([...reasons, 'page_taken', 'wrong_column_count']));
    expect(read('packages/app/src/data/data-imports.ts')).toContain(`'page_taken'`);
    expect(read('apps/cli/src/csv/read-csv.ts')).toContain(`'wrong_column_count'`);
  });

  it('lists every added column, every table and view', () => {
    const text = read('docs/reference/schema-additions.md');
    const extended = declaredSchema.tables.filter(({ columns }) => columns.some(({ added }) => added));
    for (const { name, columns } of extended) {
      const added = columns.filter((column) => column.added).map((column) => column.name);
      expect([name, firstColumn(text, name)]).toEqual([name, added]);
    }
    const own = firstColumn(text, "Tables of the engine's own");
    const all = [...extended.map(({ name }) => name), ...own, 'creators', 'timing_operation_log'];
    expect(sorted(all)).toEqual(sorted([...declaredSchema.tables.map(({ name }) => name), 'eros_migrations']));
    expect(firstColumn(text, 'Views')).toEqual(declaredSchema.views.map(({ name }) => name));
  });

  it('lists every event of the operation log', () => {
    const declared = /type OperationType =([^;]+);/.exec(read('packages/domain/src/operations/operation-log.ts'))?.[1];
    const types = [...(declared ?? '').matchAll(/'(\w+)'/g)].map(([, type = '']) => type);
    expect(types.length).toBeGreaterThan(10);
    const text = read('docs/reference/schema-additions.md');
    expect(types.filter((type) => !text.includes(`\`${type}\``))).toEqual([]);
  });

  it('names every part and call of the API', () => {
    const text = read('docs/reference/api.md');
    const parts = [...read('packages/app/src/eros.ts').matchAll(/readonly (\w+): Pick<([^>]+)>/g)];
    expect(parts.length).toBeGreaterThan(8);
    for (const [, part = '', picked = ''] of parts) {
      const section = text.split(/^## /m).find((each) => each.startsWith(`${part}\n`)) ?? '';
      const calls = [...picked.matchAll(/'(\w+)'/g)].map(([, call = '']) => call);
      expect([part, calls.filter((call) => !new RegExp(`\`${call}\\b`).test(section))]).toEqual([part, []]);
    }
  });

  it('shows the figures that the simulator prints', () => {
    const simulator = path.join(root, 'benchmarks/learning-simulator.bench.mjs');
    const printed = execFileSync(process.execPath, [simulator, '100'], { encoding: 'utf8', timeout: 150_000 });
    const cellsOf = (world: string, policy: string): string[] => {
      const line = printed.split('\n').find((each) => each.includes(` ${world}: ${policy} `)) ?? '';
      return [...line.matchAll(/'([\d.]+)'/g)].map(([, cell = '']) => cell);
    };
    const rows = [...read('docs/explanation/learning.md').matchAll(/^\| ([^|]+?) +\| [\d.]+ .*$/gm)];
    expect(rows.map(([, label = '']) => label)).toEqual(Object.keys(WORLDS));
    for (const [row, label = ''] of rows) {
      const world = WORLDS[label] ?? '';
      const [still, learner] = [cellsOf(world, 'static'), cellsOf(world, 'learner')];
      const shown = row.split('|').slice(2, 7);
      const printedCells = [still[0], learner[0], still[2], learner[2], learner[4]];
      expect([label, ...shown.map((cell) => cell.trim())]).toEqual([label, ...printedCells]);
    }
  });
});

describe('the command line', () => {
  const program = createProgram({
    terminal: processTerminal(process),
    signals: process,
    leave: (exitCode) => process.exit(exitCode),
    setExitCode: () => undefined,
  });

  it('is listed, each command with what it says of itself', () => {
    const listed = [...read('docs/reference/cli.md').matchAll(/^\| `(eros [^`]+)` +\| (.+?) +\|$/gm)];
    expect(listed.map(([, usage, description]) => `${usage}: ${description}`)).toEqual(
      leavesOf(program).map((command) => `${usageOf(command)}: ${command.description()}`),
    );
  });

  it('knows every command that the pages tell to run', () => {
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
    const calls = lines.filter((line) => line.startsWith('eros '));
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.flatMap((call) => callProblem(program, call) ?? [])).toEqual([]);
  });
});

describe('this test', () => {
  const block = { page: 'a.md', line: 1, language: 'js', text: 'run();\n', marker: 'include: x.mjs#loop' };
  const file = (region: string) => () => `before();\n// #region loop\n${region}// #endregion\n`;

  it.each([
    ['the region as it stands', block, file('run();\n'), undefined],
    ['code without a file', { ...block, marker: undefined }, file('run();\n'), 'a.md:1: code that comes from no file'],
    ['code that differs', block, file('walk();\n'), 'a.md:1: not what x.mjs#loop says'],
    ['a region that is not there', block, () => 'run();\n', 'a.md:1: x.mjs has no region loop'],
    ['text', { ...block, language: 'text', marker: undefined }, file(''), undefined],
  ])('judges %s', (_, judged, readFile, problem) => expect(sampleProblem(judged, readFile)).toBe(problem));

  it('reads blocks with their markers', () => {
    const text = 'a\n\n<!-- include: x.mjs#loop -->\n\n```js\nrun();\n```\n\n```sh\nls\n```\n';
    expect(blocksOf('a.md', text)).toEqual([
      { ...block, line: 5 },
      { page: 'a.md', line: 9, language: 'sh', text: 'ls\n', marker: undefined },
    ]);
    expect(regionOf('// #region a\n1\n// #endregion\n', 'a')).toBe('1\n');
  });

  it.each([
    ['eros plan --creator c-001', undefined],
    ['eros plna', 'eros plna: no command plna'],
    ['eros plan --creater c-001', 'eros plan --creater c-001: no option --creater'],
    ['eros rotation', 'eros rotation: needs a subcommand'],
  ])('judges `%s`', (call, problem) =>
    expect(
      callProblem(
        createProgram({
          terminal: processTerminal(process),
          signals: process,
          leave: (exitCode) => process.exit(exitCode),
          setExitCode: () => undefined,
        }),
        call,
      ),
    ).toBe(problem),
  );
});

/** The code that a class of the domain declares. */
function codeOf(name: string): string | undefined {
  const sources = readdirSync(path.join(root, 'packages/domain/src'), { recursive: true, encoding: 'utf8' });
  for (const source of sources.filter((file) => file.endsWith('errors.ts'))) {
    const body = read(path.join('packages/domain/src', source)).split(`class ${name} extends Error {`)[1];
    const code = body && /readonly code(?:: string;| = '(\w+)')/.exec(body);
    if (code) return code[1] ?? 'stored_operation_error';
  }
  return undefined;
}

/** The commands that do something, in the order of the help. */
const leavesOf = (command: Command): Command[] =>
  command.commands.flatMap((each) => (each.commands.length === 0 ? [each] : [...ownLeaf(each), ...leavesOf(each)]));

/** A command with subcommands that also does something by itself. */
const ownLeaf = (command: Command): Command[] => (doesSomething(command) ? [command] : []);

const doesSomething = (command: Command): boolean =>
  '_actionHandler' in command && typeof command._actionHandler === 'function';

function usageOf(command: Command): string {
  const path_ = [command.name()];
  for (let parent = command.parent; parent; parent = parent.parent) path_.unshift(parent.name());
  const args = command.registeredArguments.map((arg) => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`));
  return [...path_, ...args].join(' ');
}

/** What is wrong with a command line of the pages; `undefined` for nothing. */
function callProblem(program: Command, call: string): string | undefined {
  const [, ...words] = call.split(/\s+/);
  let command = program;
  while (command.commands.length > 0 && words[0] !== undefined && !words[0].startsWith('-')) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (!next) return `${call}: no command ${words[0]}`;
    command = next;
    words.shift();
  }
  if (command.commands.length > 0 && !doesSomething(command)) return `${call}: needs a subcommand`;
  const options = [...command.options, ...program.options].map(({ long }) => long);
  const unknown = words.find((word) => word.startsWith('--') && word !== '--help' && !options.includes(word));
  return unknown === undefined ? undefined : `${call}: no option ${unknown}`;
}
