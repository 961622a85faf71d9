import type { Command } from 'commander';
import { formatApplied, formatLearning } from '../output/learning-report.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { addWhyOptions, type WhyOptions } from './why-options.js';

export function learnCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('learn')
    .description('apply what measured weeks teach: how many revenue sends a day, at most one more or less a week')
    .addHelpText('after', '\nExample:\n  $ eros learn\n  $ eros learn status c-001')
    .action(run(apply));
  command
    .command('status <creator>')
    .description('what is known of a creator: offset, signal, confidence, what held the last step')
    .addHelpText('after', '\nExample:\n  $ eros learn status c-001')
    .action(run(status));
  addWhyOptions(command.command('freeze <creator>'))
    .description('keep the learnt volume where it is until it is unfrozen')
    .addHelpText('after', '\nExample:\n  $ eros learn freeze c-001 --by dana --reason "page under review"')
    .action(run(freeze));
  addWhyOptions(command.command('unfreeze <creator>'))
    .description('let the learnt volume move again')
    .addHelpText('after', '\nExample:\n  $ eros learn unfreeze c-001 --by dana --reason "review is over"')
    .action(run(unfreeze));
}

const apply = (context: CommandContext): Promise<CommandResult> =>
  withEros(context, async ({ learning }) => {
    const report = await learning.apply();
    context.say(formatApplied(report.applied, context.terminal));
    return { data: report };
  });

const status = (context: CommandContext, creatorId: string): Promise<CommandResult> =>
  withEros(context, async ({ learning }) => {
    const known = await learning.status(creatorId);
    context.say(formatLearning(known, context.terminal.columns));
    return { data: known };
  });

const freeze = (context: CommandContext, creatorId: string, why: WhyOptions): Promise<CommandResult> =>
  withEros(context, async ({ volumes, learning }) => {
    await volumes.freeze(creatorId, why);
    context.say(`The learnt volume of ${creatorId} stays where it is.`);
    return { data: await learning.status(creatorId) };
  });

const unfreeze = (context: CommandContext, creatorId: string, why: WhyOptions): Promise<CommandResult> =>
  withEros(context, async ({ volumes, learning }) => {
    await volumes.unfreeze(creatorId, why);
    context.say(`The learnt volume of ${creatorId} moves again.`);
    return { data: await learning.status(creatorId) };
  });
