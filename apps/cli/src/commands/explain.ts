import type { Command } from 'commander';
import { formatExplanation } from '../output/explanation.js';
import { weekArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

export function explainCommand(program: Command, run: CommandRunner): void {
  program
    .command('explain')
    .argument('<creator>', 'the creator’s id')
    .argument('<week>', 'the week, named by its Monday', weekArgument)
    .description('why a planned week has the volume that it has, and what came of it')
    .addHelpText('after', '\nExample:\n  $ eros explain c-001 2026-11-23')
    .action(run(explain));
}

const explain = (context: CommandContext, creatorId: string, week: string): Promise<CommandResult> =>
  withEros(context, async ({ volumes }) => {
    const explanation = await volumes.explain(creatorId, week);
    context.say(formatExplanation(explanation, context.terminal));
    return { data: explanation };
  });
