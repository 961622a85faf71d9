import { setTimeout as pause } from 'node:timers/promises';
import type { Eros, SagaStatus } from '@eros/app';
import { Option, type Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatSaga, formatSagas } from '../output/sagas.js';
import { wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { addWhyOptions, type WhyOptions } from './why-options.js';

const STATUSES: readonly SagaStatus[] = [
  'pending',
  'in_progress',
  'completed',
  'compensating',
  'failed',
  'rolled_back',
];
/** How long `revive` watches what becomes of the saga. */
const WATCH_MS = 30_000;

interface ListOptions {
  readonly status?: SagaStatus;
  readonly creator?: string;
  readonly stuck?: boolean;
  readonly limit: number;
}

export function sagasCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('sagas')
    .description('runs of several steps, such as planning a week: list them, look into one, revive a stuck one')
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
    .description('one saga with everything that happened')
    .addHelpText('after', '\nExample:\n  $ eros sagas show ID')
    .action(run(show));
  addWhyOptions(command.command('revive <id>'))
    .description('give a stuck saga fresh tries, and watch what becomes of it for half a minute')
    .addHelpText('after', '\nExample:\n  $ eros sagas revive ID --by dana --reason "disk was full"')
    .action(run(revive));
}

const list = (context: CommandContext, { creator, ...filter }: ListOptions): Promise<CommandResult> =>
  withEros(context, async ({ sagas }) => {
    const page = await sagas.list({ ...filter, ...(creator === undefined ? {} : { creatorId: creator }) });
    context.say(formatSagas(page.items, context.terminal));
    return { data: page };
  });

const show = (context: CommandContext, sagaId: string): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    const saga = await sagaOf(eros, sagaId);
    context.say(formatSaga(saga, context.terminal));
    return { data: saga };
  });

const revive = (context: CommandContext, sagaId: string, why: WhyOptions): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    await sagaOf(eros, sagaId);
    await eros.sagas.revive(sagaId, why);
    await eros.start();
    const saga = await watched(eros, sagaId, context.signal);
    context.say(formatSaga(saga, context.terminal));
    if (saga.unclaimed)
      context.say('\nRevived. This program does not define it: the service that does will go on with it.');
    return { data: saga, exitCode: saga.stuck ? EXIT.failed : EXIT.ok };
  });

async function sagaOf({ sagas }: Pick<Eros, 'sagas'>, sagaId: string) {
  const saga = await sagas.get(sagaId);
  if (!saga) throw new NotFoundError(`no saga "${sagaId}": \`eros sagas list\` shows the ids`);
  return saga;
}

async function watched(eros: Eros, sagaId: string, signal: AbortSignal) {
  const untilMs = performance.now() + WATCH_MS;
  for (;;) {
    const saga = await sagaOf(eros, sagaId);
    const isOver = saga.completedAt !== undefined || saga.stuck || saga.unclaimed;
    if (isOver || signal.aborted || performance.now() > untilMs) return saga;
    await pause(100);
  }
}
