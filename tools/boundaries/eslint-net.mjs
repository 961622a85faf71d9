// Prints what ESLint says about files that need not exist: reads [{ file, text }] from standard input, writes
// { [file]: messages }. With no input it reads the shipped sources as they stand. Only the boundary rules are run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const isBoundaryRule = ({ ruleId }) =>
  ruleId === 'boundaries/dependencies' ||
  ['imports', 'globals', 'properties', 'syntax'].some((what) => ruleId === `no-restricted-${what}`);
const eslint = new ESLint({ cwd, ruleFilter: isBoundaryRule, warnIgnored: true });

const input = readFileSync(0, 'utf8');
const results =
  input === ''
    ? await eslint.lintFiles(['{packages,apps}/*/src/**/!(*.spec|*.contract).ts'])
    : (
        await Promise.all(
          JSON.parse(input).map(({ file, text }) => eslint.lintText(text, { filePath: `${cwd}${file}` })),
        )
      ).flat();

// A rule that is switched off by a comment is a message too: nobody is excused from a boundary.
const seen = results.map(({ filePath, messages, suppressedMessages }) => [
  filePath.slice(cwd.length),
  [...messages, ...suppressedMessages]
    .filter(({ ruleId, fatal }) => fatal || (ruleId !== null && isBoundaryRule({ ruleId })))
    .map(({ ruleId, message }) => `${ruleId ?? 'fatal'}: ${message}`),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(seen)));
