import type { Command } from 'commander';
import { formatBreakers } from '../output/breaker-health.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

export function breakersCommand(program: Command, run: CommandRunner): void {
  program
    .command('breakers')
    .description('every circuit breaker: its state, its counts, its last failure')
    .addHelpText('after', '\nExample:\n  $ eros breakers')
    .action(run(list));
}

const list = (context: CommandContext): Promise<CommandResult> =>
  withEros(context, async ({ breakers }) => {
    const health = await breakers.health();
    context.say(formatBreakers(health, context.terminal));
    return { data: health };
  });
