/** A house rule: what must not stand where, and what to write instead. Its samples are its test. */
export interface Rule {
  readonly name: string;
  readonly instead: string;
  readonly appliesTo: (file: string) => boolean;
  /** The breaches in a text: each a line's number, counted from 1, and what stands there. */
  readonly find: (text: string) => readonly { readonly line: number; readonly what: string }[];
  /** Texts that break the rule, and neighbours of theirs that do not. */
  readonly breaks: readonly string[];
  readonly keeps: readonly string[];
}

export const breachesIn = (rule: Rule, file: string, text: string): string[] =>
  rule.find(text).map(({ line, what }) => `${file}:${line}: ${what} (${rule.instead})`);

const isTypeScript = (file: string) => /^(packages|apps)\/.*\.ts$/.test(file);
const isTest = (file: string) => /\.(spec|contract)\.ts$|\/testing\/|\/src\/contracts\.ts$/.test(file);
/** Code that users run. */
export const isShipped = (file: string) => /^(packages|apps)\/[^/]+\/src\/.*\.ts$/.test(file) && !isTest(file);
const isShippedInPackage = (file: string) => isShipped(file) && file.startsWith('packages/');
/** What people wrote, in code or prose; the rules themselves have to name what they forbid. */
const isWritten = (file: string) =>
  /\.(ts|mts|cts|js|mjs|cjs|json|md|sh)$|^\.ci\//.test(file) &&
  !file.startsWith('tools/tidy') &&
  file !== 'package-lock.json';

/** Every match of a pattern, line by line. */
const matches =
  (pattern: RegExp): Rule['find'] =>
  (text) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        Array.from(line.matchAll(pattern), ([what]) => ({ line: index + 1, what: what.trim() })),
      );

const LINES_MAX = 400;
const longerThan =
  (max: number): Rule['find'] =>
  (text) => {
    const count = text.trimEnd().split('\n').length;
    return count > max ? [{ line: max + 1, what: `${count} lines` }] : [];
  };

/** Two spellings of one word are two words to a search: the left one is not written. */
const oneWord = (wrong: RegExp, right: string, breaks: readonly string[], keeps: readonly string[]): Rule => ({
  name: `one word: ${right}`,
  instead: `the house word is ${right}`,
  appliesTo: isTypeScript,
  find: matches(wrong),
  breaks,
  keeps,
});

export const rules: readonly Rule[] = [
  {
    name: 'no unfinished business',
    instead: 'finish it, or leave it out',
    appliesTo: isWritten,
    find: matches(/\b(TODO|FIXME|XXX|HACK)\b|\bnot (yet )?implemented\b/gi),
    breaks: ['// TODO later', '// fixme', "throw new Error('not implemented');", '# Not yet implemented'],
    keeps: ['const todos = 1;', 'numTodoTests', 'a {number} placeholder'],
  },
  {
    name: 'no drawer for odds and ends',
    instead: 'name the file for the one idea in it',
    appliesTo: isTypeScript,
    find: matches(/(?:from|import\() *'[./][^']*\b(?:utils?|helpers?|common|misc|shared|base)\.js'/g),
    breaks: ["import { x } from './utils.js';", "import { x } from '../common/helper.js';"],
    keeps: [
      "import { promisify } from 'node:util';",
      "import { x } from './base-volume.js';",
      "from './shared-breaker.js'",
    ],
  },
  {
    name: 'no way around the types',
    instead: 'say what the value is; narrow `unknown`',
    appliesTo: isTypeScript,
    find: matches(
      /\bas any\b(?=[);,.\]}]|$)|: any\b(?=[;,)=[\]]| =|$)|<any>|\bas unknown as\b|@ts-(ignore|nocheck)\b|eslint-disable.*(no-explicit-any|ban-ts-comment|boundaries|no-restricted|no-console)/g,
    ),
    breaks: [
      '(x as any).y',
      'const x: any = 1;',
      'function f(x: any): void',
      'f<any>()',
      'x as unknown as Y',
      '// @ts-ignore',
      '// @ts-nocheck',
      '// eslint-disable-next-line @typescript-eslint/no-explicit-any',
      '// eslint-disable-line no-restricted-properties',
    ],
    keeps: [
      '// as many as any pattern may ask for',
      "'half-open: any failure reopens'",
      '// @ts-expect-error a rate is not a count',
      'x as unknown',
      '// eslint-disable-line no-control-regex',
    ],
  },
  {
    name: 'every test runs',
    instead: 'make it pass, or delete it',
    appliesTo: isTypeScript,
    find: matches(
      /(?<! \? (?:it|describe) : )\b(it|test|describe)\.(only|skip|todo)\b|\b(fit|xit|fdescribe|xdescribe|xtest)\(/g,
    ),
    breaks: ["it.only('x', f)", "describe.skip('x', f)", "it.todo('x')", "xit('x', f)", "fdescribe('x', f)"],
    // A test that a machine cannot run is skipped there, and shown as skipped.
    keeps: ['(isPossible ? it : it.skip)', 'exit(1)', 'it.each([])', 'bits.skip(1)', 'profit(1)', 'benefit(2)'],
  },
  {
    name: 'exports have names',
    instead: 'export it by its name',
    appliesTo: isShipped,
    find: matches(/^export default\b|\bas default\b/g),
    breaks: ['export default class X {}', 'export { x as default };'],
    keeps: ['const { default: x } = y;', '    default:', "// export default is the host's"],
  },
  {
    name: 'no enums, no namespaces',
    instead: 'a union of literals; a module',
    appliesTo: isTypeScript,
    find: matches(/^\s*(export )?(declare )?(const )?(enum|namespace) \w+/g),
    breaks: ['export enum X {', 'const enum Y {', 'namespace Z {'],
    keeps: ['const enumerable = true;', '// an enum would'],
  },
  {
    name: 'interfaces are named for what they are',
    instead: 'leave out the I',
    appliesTo: isTypeScript,
    find: matches(/\b(interface|type|class) I[A-Z][a-z]\w*/g),
    breaks: ['interface IStore {', 'class ICache {'],
    keeps: ['interface Instant {', 'type IO = 1', 'interface Idempotency {'],
  },
  {
    name: `files of at most ${LINES_MAX} lines`,
    instead: 'two ideas: two files',
    appliesTo: (file) => isShipped(file) && !file.includes('/migrations/'),
    find: longerThan(LINES_MAX),
    breaks: ['x\n'.repeat(LINES_MAX + 1)],
    keeps: ['x\n'.repeat(LINES_MAX)],
  },
  {
    name: 'packages write to nobody',
    instead: 'use the logger that the host gave',
    appliesTo: isShippedInPackage,
    find: matches(/\bconsole\.\w+\(|\bprocess\.(stdout|stderr)\b/g),
    breaks: ["console.log('x')", "console.error('x')", 'process.stdout.write(x)'],
    keeps: ["// a host's console may show it", 'consoles.length'],
  },
  {
    name: 'errors are not swallowed',
    instead: 'handle it, hand it on, or say why it may be dropped',
    appliesTo: isShipped,
    find: matches(/\bcatch *(\(\w+\) *)?\{ *\}|\.catch\(\(\) => \{ *\}\)/g),
    breaks: ['try { x(); } catch {}', 'try { x(); } catch (error) { }', 'x().catch(() => {});'],
    keeps: ['} catch (error) {', 'x.catch(() => undefined); // awaited below'],
  },
  {
    name: 'no place on one machine',
    instead: 'a path from the repository, or a temporary folder of the system',
    appliesTo: (file) => isWritten(file) && !/\.spec\.ts$/.test(file),
    find: matches(/(?<![\w.])\/(work|tmp|home|root|Users)\/[\w.-]+/g),
    breaks: ["const x = '/work/main/y';", '/tmp/eros.db', 'see /home/me/x'],
    keeps: ["from '../work/item.js'", 'https://example.org/home/page', "from './tmp/x.js'"],
  },
  {
    name: 'no registry by name',
    instead: "the user's npm knows its registry",
    appliesTo: isWritten,
    find: matches(/\b(registry\.[\w-]+\.\w+|npm\.pkg\.github\.com|registry=)|--registry\b/gi),
    breaks: ['https://registry.npmjs.org/x', 'registry=https://x', 'npm ci --registry x'],
    keeps: ['a registry of breakers', 'the npm registry'],
  },
  {
    name: 'no word on how the code came about',
    instead: 'say what holds and why; how it was written is no part of it',
    appliesTo: (file) => isWritten(file),
    find: matches(
      /\b(AI|LLM|GPT|ChatGPT|Claude|Anthropic|Copilot|OpenAI)\b|\b(in|of) (this|our|an earlier|a previous|the last) session\b|\b(sub-?agent|helper agent|coding agent|language model|system prompt|the brief)\b|\bas (requested|instructed) (by|in) the (user|brief|prompt|task)\b/g,
    ),
    breaks: [
      'written by an AI',
      'as the LLM said',
      'in this session',
      'a helper agent did it',
      'the brief says',
      'a language model',
    ],
    keeps: ['SqlSession', 'the session of a connection', 'user agent', 'a prompt answer', 'AIR', 'brief: one line'],
  },
  oneWord(
    /\b\w*(followUp|FollowUp|FOLLOW_UP)\w*/g,
    'followup',
    ['const followUpCount = 1;', 'class FollowUpStore {', 'FOLLOW_UP_LIMIT'],
    ['followupCount', "'is_follow_up'", '// a follow-up'],
  ),
  oneWord(
    /\b(\w+Timezone\w*|timezone[A-Z]\w*)/g,
    'timeZone',
    ['readonly creatorTimezone: string;', 'timezoneOf(x)'],
    ["{ name: 'timezone', type: 'text' }", 'timeZone: string', 'timezone: string;'],
  ),
  oneWord(
    /\b\w*([cC]ircuitState|[bB]reakerStatus)\b/g,
    "a breaker's state",
    ['type BreakerStatus = 1', 'circuitState'],
    ['breaker.state', 'SagaStatus'],
  ),
  oneWord(
    /\b\w*([kK]aption|[cC]ontentKind|[mM]essageKind|[cC]aptionKind)\w*/g,
    'contentType, captionType or structure',
    ['contentKind', 'CaptionKind'],
    ['contentType', 'structure', 'captionType'],
  ),
  oneWord(
    /\b\w*([rR]olledback|rollback[A-Z]|Rollback)\w*|'(halfOpen|rolledBack)'/g,
    'rollBack, rolled_back, half_open',
    ['rollbackSaga()', 'rolledbackAt', "'halfOpen'"],
    ['rollBack(', "'rolled_back'", "'half_open'", 'ROLLBACK', '// a rollback', 'halfOpenIt()'],
  ),
];
