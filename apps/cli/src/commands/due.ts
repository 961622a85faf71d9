import type { DueItem } from '@eros/app';
import type { Command } from 'commander';
import { cutToWidth } from '../output/display-width.js';
import { formatInstant, formatPrice } from '../output/format.js';
import { formatTable } from '../output/table.js';
import { instantArgument, wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

interface DueOptions {
  readonly before?: Date;
  readonly creator?: string;
  readonly limit: number;
}

export function dueCommand(program: Command, run: CommandRunner): void {
  program
    .command('due')
    .description('what is to be sent now and was not reported yet')
    .option('--before <instant>', 'due before then (default: now)', instantArgument)
    .option('--creator <id>', 'only of this creator')
    .option('--limit <n>', 'how many', wholeNumberArgument(1, 10_000), 100)
    .addHelpText(
      'after',
      '\nExample:\n  $ eros due --creator c-001\n  $ eros send 17 --status sent --message-id m-9001',
    )
    .action(run(due));
}

const due = (context: CommandContext, { before = new Date(), creator, limit }: DueOptions): Promise<CommandResult> =>
  withEros(context, async ({ schedules }) => {
    const items = await schedules.due({ before, limit, ...(creator === undefined ? {} : { creatorId: creator }) });
    context.say(items.length === 0 ? 'Nothing is due.' : formatDue(items, context.terminal.columns));
    return { data: items };
  });

const formatDue = (items: readonly DueItem[], columns: number): string =>
  formatTable(
    [
      { title: 'item', align: 'right' },
      { title: 'due' },
      { title: 'creator' },
      { title: 'kind' },
      { title: 'sells' },
      { title: 'price', align: 'right' },
      { title: 'caption', givesWay: true },
    ],
    items.map((item) => [
      String(item.itemId),
      formatInstant(item.scheduledAt),
      item.creatorId,
      item.structure ?? item.itemType,
      item.contentType ?? '',
      item.priceUsd === undefined ? '' : formatPrice(item.priceUsd),
      oneLine(item.captionText ?? ''),
    ]),
    columns,
  );

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return cutToWidth(line, 36);
};
