import type { BreakerHealth, Eros } from '@eros/app';
import { Argument, type Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { formatBreaker, formatBreakers } from '../output/breakers.js';
import { instantArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { addOrderOptions, whyOf, type OrderOptions } from './why-options.js';

interface HoldOptions extends OrderOptions {
  readonly until?: Date;
}

export function breakersCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('breakers')
    .description('every circuit breaker: its state, its counts, its last failure')
    .addHelpText('after', '\nExample:\n  $ eros breakers')
    .action(run(list));
  command
    .command('show <name>')
    .description('one breaker: who holds it, and its latest transitions')
    .addHelpText('after', '\nExample:\n  $ eros breakers show price_service')
    .action(run(show));
  addOrderOptions(command.command('hold <name>'))
    .addArgument(new Argument('<as>', 'what it is to be').choices(['open', 'closed']))
    .option('--until <instant>', 'when the hold ends by itself (default: with its release)', instantArgument)
    .description('hold a breaker open or closed, whatever its calls say')
    .addHelpText('after', '\nExample:\n  $ eros breakers hold price_service open --reason "their maintenance"')
    .action(run(hold));
  addOrderOptions(command.command('release <name>'))
    .description('end a hold of yours, else the one that decides; what was there before goes on')
    .addHelpText('after', '\nExample:\n  $ eros breakers release price_service --reason "maintenance is over"')
    .action(run(release));
  addOrderOptions(command.command('reset <name>'))
    .description('close a breaker and forget its counts; holds stay')
    .addHelpText('after', '\nExample:\n  $ eros breakers reset price_service --reason "new address"')
    .action(run(reset));
}

const list = (context: CommandContext): Promise<CommandResult> =>
  withEros(context, async ({ breakers }) => {
    const health = await breakers.health();
    context.say(formatBreakers(health, context.terminal));
    return { data: health, exitCode: exitCodeOf(health) };
  });

/** Listed, but one that cannot be read is still to be mended. */
export const exitCodeOf = (breakers: readonly BreakerHealth[]): ExitCode =>
  breakers.some(({ state }) => state === 'unreadable') ? EXIT.partial : EXIT.ok;

const show = (context: CommandContext, name: string): Promise<CommandResult> =>
  withEros(context, (eros) => shown(context, eros, name));

async function hold(
  context: CommandContext,
  name: string,
  as: 'open' | 'closed',
  options: HoldOptions,
): Promise<CommandResult> {
  const { until } = options;
  if (until && until.getTime() <= Date.now())
    throw new UsageError(`--until ${until.toISOString()} is past: give an instant to come, or leave it out`);
  return withEros(context, async (eros) => {
    await eros.breakers.hold(name, as, { ...whyOf(options), ...(until ? { until } : {}) });
    return shown(context, eros, name);
  });
}

const release = (context: CommandContext, name: string, options: OrderOptions): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    await eros.breakers.release(name, whyOf(options));
    return shown(context, eros, name);
  });

const reset = (context: CommandContext, name: string, options: OrderOptions): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    await eros.breakers.reset(name, whyOf(options));
    return shown(context, eros, name);
  });

async function shown(context: CommandContext, { breakers }: Eros, name: string): Promise<CommandResult> {
  const { breakers: all, unreadable } = await breakers.inspect();
  const health = all.find((each) => each.name === name);
  const problem = unreadable.find(({ breaker }) => breaker === name);
  if (problem) throw problem;
  warnOf(unreadable, context);
  if (!health) throw new NotFoundError(`no breaker "${name}": \`eros breakers\` lists them`);
  const history = await breakers.history(name, { limit: 20 });
  context.say(formatBreaker(health, history, context.terminal));
  return { data: { ...health, history } };
}

/** Rows that cannot be read do not hide the others, and are not hidden by them. */
function warnOf(unreadable: readonly Error[], { terminal }: CommandContext): void {
  for (const { message } of unreadable) terminal.writeError(`${terminal.colours.yellow('warning:')} ${message}\n`);
}
