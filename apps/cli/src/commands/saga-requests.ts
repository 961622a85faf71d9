import { setTimeout as pause } from 'node:timers/promises';
import type { Eros, SagaDetailView } from '@eros/app';
import type { Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatSaga } from '../output/sagas.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { addWhyOptions, type WhyOptions } from './why-options.js';

/** How long it is watched what becomes of a saga. */
const WATCH_MS = 30_000;

type StepOptions = WhyOptions & { readonly step: string };
type Sagas = Eros['sagas'];

/** What operators ask of one saga. Each is written down with who and why, and watched for half a minute. */
export function sagaRequestCommands(command: Command, run: CommandRunner): void {
  addWhyOptions(command.command('retry <id>').requiredOption('--step <name>', 'the step it is stuck at, or whose undo'))
    .description('give the step that a saga is stuck at, or its undo, fresh tries')
    .addHelpText('after', '\nExample:\n  $ eros sagas retry ID --step pay --by dana --reason "bank is back"')
    .action(run(retry));
  addWhyOptions(command.command('skip <id>').requiredOption('--step <name>', 'the step it is stuck at, or whose undo'))
    .description('let a stuck saga go on as if the step, or its undo, were done')
    .addHelpText('after', '\nExample:\n  $ eros sagas skip ID --step mail --by dana --reason "told them by phone"')
    .action(run(skip));
  addWhyOptions(command.command('cancel <id>'))
    .description('stop a saga that has not ended, and undo what it did; not after its pivot')
    .addHelpText('after', '\nExample:\n  $ eros sagas cancel ID --by dana --reason "wrong bundle"')
    .action(run(cancel));
  addWhyOptions(command.command('rollback <id>'))
    .description('undo a saga that nobody is working on, also a completed one')
    .addHelpText('after', '\nExample:\n  $ eros sagas rollback ID --by dana --reason "published by mistake"')
    .action(run(rollBack));
  addWhyOptions(command.command('revive <id>'))
    .description('give a stuck saga fresh tries, recoveries and time')
    .addHelpText('after', '\nExample:\n  $ eros sagas revive ID --by dana --reason "disk was full"')
    .action(run(revive));
}

const retry = (context: CommandContext, sagaId: string, { step, ...why }: StepOptions): Promise<CommandResult> =>
  request(context, sagaId, (sagas) => sagas.retryStep(sagaId, step, why), 'goes on');
const skip = (context: CommandContext, sagaId: string, { step, ...why }: StepOptions): Promise<CommandResult> =>
  request(context, sagaId, (sagas) => sagas.skipStep(sagaId, step, why), 'goes on');
const revive = (context: CommandContext, sagaId: string, why: WhyOptions): Promise<CommandResult> =>
  request(context, sagaId, (sagas) => sagas.revive(sagaId, why), 'goes on');
const cancel = (context: CommandContext, sagaId: string, why: WhyOptions): Promise<CommandResult> =>
  request(context, sagaId, (sagas) => sagas.cancel(sagaId, why), 'is undone');
const rollBack = (context: CommandContext, sagaId: string, why: WhyOptions): Promise<CommandResult> =>
  request(context, sagaId, (sagas) => sagas.rollBack(sagaId, why), 'is undone');

function request(
  context: CommandContext,
  sagaId: string,
  ask: (sagas: Sagas) => Promise<void>,
  wish: 'goes on' | 'is undone',
): Promise<CommandResult> {
  return withEros(context, async (eros) => {
    await sagaOf(eros, sagaId);
    await ask(eros.sagas);
    await eros.start();
    const saga = await watched(eros, sagaId, context.signal);
    context.say(formatSaga(saga, context.terminal));
    if (saga.unclaimed) {
      context.say('\nWritten down. This program does not define it: the service that does will carry it out.');
    }
    const isMissed = wish === 'is undone' && isSettled(saga) && saga.status !== 'rolled_back';
    return { data: saga, exitCode: saga.stuck || isMissed ? EXIT.failed : EXIT.ok };
  });
}

export async function sagaOf({ sagas }: Pick<Eros, 'sagas'>, sagaId: string): Promise<SagaDetailView> {
  const saga = await sagas.get(sagaId);
  if (!saga) throw new NotFoundError(`no saga "${sagaId}": \`eros sagas list\` shows the ids`);
  return saga;
}

const isSettled = ({ completedAt, requested }: SagaDetailView): boolean =>
  completedAt !== undefined && requested === undefined;

async function watched(eros: Eros, sagaId: string, signal: AbortSignal): Promise<SagaDetailView> {
  const untilMs = performance.now() + WATCH_MS;
  for (;;) {
    const saga = await sagaOf(eros, sagaId);
    const isOver = isSettled(saga) || saga.stuck || saga.unclaimed;
    if (isOver || signal.aborted || performance.now() > untilMs) return saga;
    await pause(100);
  }
}
