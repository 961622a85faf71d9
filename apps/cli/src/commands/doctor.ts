import type { HealthCheck } from '@eros/app';
import type { Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { formatTable } from '../output/table.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { databaseOption, withEros, type DatabaseOption } from '../run/engine.js';
import { failureOf } from '../run/failure.js';
import { checkFiles } from '../doctor/check-files.js';
import { checkContents } from '../doctor/check-contents.js';

export function doctorCommand(program: Command, run: CommandRunner): void {
  program
    .command('doctor')
    .description('check everything that can be wrong, each with what to do: exit code 1 when something is')
    .addHelpText(
      'after',
      '\nChanges nothing, not even an outdated schema.\n\nExample:\n  $ eros doctor --database ./eros.db',
    )
    .action(run(doctor));
}

async function doctor(context: CommandContext): Promise<CommandResult> {
  const option = await databaseOption(context.database);
  const files = await checkFiles(option);
  const checks = files.every(({ ok }) => ok) ? [...files, ...(await checkEngine(context, option))] : files;
  const ok = checks.every((check) => check.ok);
  const { colours, columns } = context.terminal;
  context.say(
    formatTable(
      [{ title: '' }, { title: 'check' }, { title: 'found', givesWay: true }],
      checks.map((check) => [check.ok ? colours.green('ok') : colours.red('bad'), check.name, check.detail]),
      columns,
    ),
  );
  context.say(ok ? '\nAll is well.' : '\nNot all is well: see above.');
  return { data: { ok, checks }, exitCode: ok ? EXIT.ok : EXIT.failed };
}

async function checkEngine(context: CommandContext, option: DatabaseOption): Promise<HealthCheck[]> {
  try {
    return await withEros(
      context,
      async (eros) => {
        const { checks } = await eros.health();
        return [...checks, ...(await checkContents(eros, option))];
      },
      { migrate: 'off' },
    );
  } catch (error) {
    const { code, message } = failureOf(error);
    return [{ name: 'database', ok: false, detail: `${message} [${code}]` }];
  }
}
