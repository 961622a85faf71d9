import type { Eros } from '@eros/app';
import type { Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { formatRotation, type Rotation } from '../output/rotation.js';
import { wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { patternArgument } from '../run/pattern-argument.js';

interface PatternOptions {
  readonly pattern?: string;
}

interface CountOptions {
  readonly count: number;
}

const PATTERN_HELP = 'pattern as JSON, or a file that holds it';
const PATTERN_EXAMPLE = `A pattern (weights, one for each type and summing to 1, are for weighted_random alone):
  { "content_types": ["solo", "b_g", "toy"], "sequence_type": "shuffled_cycle",
    "cycle_length_days": 7, "avoid_repeat_within": 2 }`;
const countArgument = wholeNumberArgument(1, 1_000);

export function rotationCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('rotation')
    .description('which content type comes next: look at it, start it, stop it, change it')
    .addHelpText('after', '\nExample:\n  $ eros rotation show c-001\n  $ eros rotation preview c-001 --count 14');
  command
    .command('show <creator>')
    .description('the pattern, its state and its day')
    .addHelpText('after', '\nExample:\n  $ eros rotation show c-001')
    .action(run(show));
  command
    .command('start <creator>')
    .description('start a pattern')
    .requiredOption('--pattern <json|file>', PATTERN_HELP)
    .addHelpText('after', `\n${PATTERN_EXAMPLE}\n\nExample:\n  $ eros rotation start c-001 --pattern pattern.json`)
    .action(run(start));
  command
    .command('pause <creator>')
    .description('let the days stand still; plans go on with the pattern')
    .addHelpText('after', '\nExample:\n  $ eros rotation pause c-001')
    .action(run((context, creatorId: string) => move(context, ({ rotations }) => rotations.pause(creatorId))));
  command
    .command('resume <creator>')
    .description('let the days of a paused pattern go on')
    .addHelpText('after', '\nExample:\n  $ eros rotation resume c-001')
    .action(run((context, creatorId: string) => move(context, ({ rotations }) => rotations.resume(creatorId))));
  command
    .command('rotate <creator>')
    .description('change to another pattern; without --pattern, begin to (plans keep the old one meanwhile)')
    .option('--pattern <json|file>', PATTERN_HELP)
    .addHelpText('after', '\nExample:\n  $ eros rotation rotate c-001 --pattern next.json')
    .action(run(rotate));
  command
    .command('draw <creator>')
    .description('take the next slots')
    .option('--count <n>', 'how many', countArgument, 1)
    .addHelpText('after', '\nExample:\n  $ eros rotation draw c-001 --count 3')
    .action(
      run((context, creatorId: string, { count }: CountOptions) =>
        slots(context, ({ rotations }) => rotations.draw(creatorId, count)),
      ),
    );
  command
    .command('preview <creator>')
    .description('show the next slots without taking them')
    .option('--count <n>', 'how many', countArgument, 14)
    .addHelpText('after', '\nExample:\n  $ eros rotation preview c-001 --count 14')
    .action(
      run((context, creatorId: string, { count }: CountOptions) =>
        slots(context, ({ rotations }) => rotations.preview(creatorId, count)),
      ),
    );
}

const show = (context: CommandContext, creatorId: string): Promise<CommandResult> =>
  move(context, async ({ rotations }) => {
    const rotation = await rotations.get(creatorId);
    if (rotation) return rotation;
    throw new NotFoundError(`${creatorId} has no rotation yet: its first plan makes one, or \`eros rotation start\``);
  });

const start = async (context: CommandContext, creatorId: string, options: PatternOptions): Promise<CommandResult> => {
  const pattern = await patternArgument(options.pattern ?? '');
  return move(context, ({ rotations }) => rotations.start(creatorId, pattern));
};

const rotate = async (context: CommandContext, creatorId: string, options: PatternOptions): Promise<CommandResult> => {
  const next = options.pattern === undefined ? undefined : await patternArgument(options.pattern);
  return move(context, ({ rotations }) => rotations.rotate(creatorId, next));
};

const move = (context: CommandContext, work: (eros: Eros) => Promise<Rotation>): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    const rotation = await work(eros);
    context.say(formatRotation(rotation, context.terminal.columns));
    return { data: rotation };
  });

const slots = (context: CommandContext, work: (eros: Eros) => Promise<readonly string[]>): Promise<CommandResult> =>
  withEros(context, async (eros) => {
    const drawn = await work(eros);
    context.say(drawn.map((contentType, i) => `${String(i + 1).padStart(4)}  ${contentType}`).join('\n'));
    return { data: drawn };
  });
