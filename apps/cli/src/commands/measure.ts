import type { Command } from 'commander';
import { formatMeasured } from '../output/learning-report.js';
import { instantArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

interface MeasureOptions {
  readonly asOf?: Date;
  readonly completeThrough?: Date;
}

export function measureCommand(program: Command, run: CommandRunner): void {
  program
    .command('measure')
    .description('compare finished weeks with what they earned')
    .option('--as-of <instant>', 'act as if it were then (default: now)', instantArgument)
    .option('--complete-through <instant>', 'your word that no send before this is missing', instantArgument)
    .addHelpText(
      'after',
      `
A week is measured once it is over and the imported sends reach a day past it, or once you say that
they are complete. Until then it awaits its data: no data is not a revenue of 0.

Example:
  $ eros measure --complete-through 2026-11-22`,
    )
    .action(run(measure));
}

const measure = (context: CommandContext, options: MeasureOptions): Promise<CommandResult> =>
  withEros(context, async ({ learning }) => {
    const report = await learning.measure(options);
    context.say(formatMeasured(report, context.terminal));
    if (report.measured.length > 0) context.say('\nNext: `eros learn` applies what these weeks teach.');
    return { data: report };
  });
