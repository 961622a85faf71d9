import type { SagaStatus } from '@eros/app';
import { Option, type Command } from 'commander';
import { EXIT } from '../exit-code.js';
import { formatSaga, formatSagas } from '../output/sagas.js';
import { wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { sagaOf, sagaRequestCommands } from './saga-requests.js';

const STATUSES: readonly SagaStatus[] = [
  'pending',
  'in_progress',
  'completed',
  'compensating',
  'failed',
  'rolled_back',
];

interface ListOptions {
  readonly status?: SagaStatus;
  readonly creator?: string;
  readonly stuck?: boolean;
  readonly limit: number;
}

export function sagasCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('sagas')
    .description('runs of several steps, such as planning a week: list them, look into one, decide on a stuck one')
    .addHelpText('after', '\nExample:\n  $ eros sagas list --stuck');
  command
    .command('list')
    .description('the latest first, stuck ones before all')
    .addOption(new Option('--status <status>', 'only in this status').choices(STATUSES))
    .option('--creator <id>', 'only of this creator')
    .option('--stuck', 'only those that wait for an operator')
    .option('--limit <n>', 'how many', wholeNumberArgument(1, 500), 20)
    .addHelpText('after', '\nExample:\n  $ eros sagas list --creator c-001')
    .action(run(list));
  command
    .command('show <id>')
    .description('one saga: what ran when, and everything that happened')
    .addHelpText('after', '\nExample:\n  $ eros sagas show ID')
    .action(run(show));
  sagaRequestCommands(command, run);
}

const list = (context: CommandContext, { creator, ...filter }: ListOptions): Promise<CommandResult> =>
  withEros(context, async ({ sagas }) => {
    const page = await sagas.list({ ...filter, ...(creator === undefined ? {} : { creatorId: creator }) });
    const { items, unreadable = [] } = page;
    const { terminal } = context;
    if (items.length > 0 || unreadable.length === 0) context.say(formatSagas(items, terminal));
    for (const { problem } of unreadable) terminal.writeError(`${terminal.colours.yellow('warning:')} ${problem}\n`);
    return { data: page, exitCode: unreadable.length > 0 ? EXIT.partial : EXIT.ok };
  });

const show = (context: CommandContext, sagaId: string): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    const saga = await sagaOf(eros, sagaId);
    context.say(formatSaga(saga, context.terminal));
    return { data: saga };
  });
