import { Option, type Command } from 'commander';
import { instantArgument, wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

const STATUSES = ['sent', 'failed', 'unknown'] as const;

interface SendOptions {
  readonly status: (typeof STATUSES)[number];
  readonly messageId?: string;
  readonly at?: Date;
}

export function sendCommand(program: Command, run: CommandRunner): void {
  program
    .command('send')
    .argument('<item>', 'the item’s number, as `eros due` shows it', wholeNumberArgument(1, Number.MAX_SAFE_INTEGER))
    .description('record what became of a due item (nothing is sent by this)')
    .addOption(new Option('--status <status>', 'unknown: nobody can tell').choices(STATUSES).makeOptionMandatory())
    .option('--message-id <id>', 'the platform’s id, by which an import finds it again')
    .option('--at <instant>', 'when (default: now)', instantArgument)
    .addHelpText('after', '\nExample:\n  $ eros send 17 --status sent --message-id m-9001')
    .action(run(send));
}

const send = (context: CommandContext, itemId: number, options: SendOptions): Promise<CommandResult> =>
  withEros(context, async ({ schedules }) => {
    const { status, messageId, at = new Date() } = options;
    await schedules.recordSend(itemId, { status, at, ...(messageId === undefined ? {} : { messageId }) });
    context.say(`Item ${itemId} is recorded as ${status}.`);
    return { data: { itemId, status, at, messageId } };
  });
