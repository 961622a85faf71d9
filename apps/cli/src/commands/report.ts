import { Option, type Command } from 'commander';
import { formatAccuracy } from '../output/accuracy.js';
import { formatBreakers } from '../output/breakers.js';
import { formatDecimal, formatCount, formatPct, formatInstant } from '../output/format.js';
import { formatTable } from '../output/table.js';
import { instantArgument, pctArgument, wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';
import { exitCodeOf } from './breakers.js';

const PERIODS = ['7d', '30d', '90d', 'all'] as const;

interface AccuracyOptions {
  readonly creator?: string;
  readonly period: (typeof PERIODS)[number];
  readonly asOf?: Date;
}

interface FollowupOptions {
  readonly days: number;
  readonly moreThan: number;
}

interface MissedOptions {
  readonly errorPct: number;
  readonly atLeast: number;
}

export function reportCommand(program: Command, run: CommandRunner): void {
  const command = program
    .command('report')
    .description('how good predictions are, and what needs an eye')
    .addHelpText('after', '\nExample:\n  $ eros report accuracy --period 90d');
  command
    .command('accuracy')
    .description('predictions against what came, beside the naive forecast (last week again)')
    .option('--creator <id>', 'only this creator')
    .addOption(new Option('--period <period>', 'by the week’s Monday, back from now').choices(PERIODS).default('all'))
    .option('--as-of <instant>', 'count back from then (default: now)', instantArgument)
    .addHelpText('after', '\nExample:\n  $ eros report accuracy --creator c-001')
    .action(run(accuracy));
  command
    .command('followups')
    .description('creators with many follow-ups outside 15 to 45 minutes')
    .option('--days <n>', 'how far back', wholeNumberArgument(1, 3_650), 7)
    .option('--more-than <n>', 'this many are fine', wholeNumberArgument(0, 1_000_000), 5)
    .addHelpText('after', '\nExample:\n  $ eros report followups --days 30')
    .action(run(followups));
  command
    .command('missed')
    .description('creators whose predictions are often far off')
    .option('--error-pct <pct>', 'far off: by more than this', pctArgument, 25)
    .option('--at-least <n>', 'often: this many weeks', wholeNumberArgument(1, 1_000_000), 3)
    .addHelpText('after', '\nExample:\n  $ eros report missed --error-pct 50')
    .action(run(missed));
  command
    .command('breakers')
    .description('breakers that want an operator’s eye: open, half-open too long, or failing lately')
    .addHelpText('after', '\nExample:\n  $ eros report breakers')
    .action(run(breakers));
  command
    .command('rotations')
    .description('active rotations and their days')
    .addHelpText('after', '\nExample:\n  $ eros report rotations')
    .action(run(rotations));
}

const accuracy = (context: CommandContext, { creator, period, asOf }: AccuracyOptions): Promise<CommandResult> =>
  withEros(
    context,
    async ({ reports }) => {
      const rows = await reports.predictionAccuracy({
        period,
        ...(creator === undefined ? {} : { creatorId: creator }),
      });
      context.say(formatAccuracy(rows, context.terminal));
      return { data: rows };
    },
    asOf && { clock: { nowMs: () => asOf.getTime() } },
  );

const followups = (context: CommandContext, options: FollowupOptions): Promise<CommandResult> =>
  withEros(context, async ({ reports }) => {
    const rows = await reports.suboptimalFollowups(options);
    context.say(
      rows.length === 0
        ? `No creator has more than ${options.moreThan} follow-ups outside the window in ${options.days} days.`
        : formatTable(
            [
              { title: 'creator' },
              { title: 'outside the window', align: 'right' },
              { title: 'mean gap, min', align: 'right' },
            ],
            rows.map(({ creatorId, suboptimalCount, avgGapMinutes }) => [
              creatorId,
              formatCount(suboptimalCount),
              formatDecimal(avgGapMinutes),
            ]),
            context.terminal.columns,
          ),
    );
    return { data: rows };
  });

const missed = (context: CommandContext, options: MissedOptions): Promise<CommandResult> =>
  withEros(context, async ({ reports }) => {
    const rows = await reports.missedPredictions(options);
    context.say(
      rows.length === 0
        ? `No creator has ${options.atLeast} weeks that were off by more than ${options.errorPct} %.`
        : formatTable(
            [{ title: 'creator' }, { title: 'weeks', align: 'right' }, { title: 'mean error', align: 'right' }],
            rows.map(({ creatorId, predictions, avgErrorPct }) => [
              creatorId,
              formatCount(predictions),
              formatPct(avgErrorPct),
            ]),
            context.terminal.columns,
          ),
    );
    return { data: rows };
  });

const breakers = (context: CommandContext): Promise<CommandResult> =>
  withEros(context, async ({ reports }) => {
    const rows = await reports.unhealthyBreakers();
    context.say(rows.length === 0 ? 'All breakers are well.' : formatBreakers(rows, context.terminal));
    return { data: rows, exitCode: exitCodeOf(rows) };
  });

const rotations = (context: CommandContext): Promise<CommandResult> =>
  withEros(context, async ({ reports }) => {
    const rows = await reports.activeRotations();
    context.say(
      rows.length === 0
        ? 'No active rotation: the first plan of a creator makes one.'
        : formatTable(
            [
              { title: 'creator' },
              { title: 'order' },
              { title: 'begun' },
              { title: 'day', align: 'right' },
              { title: 'content types', givesWay: true },
            ],
            rows.map(({ creatorId, sequenceType, patternStart, daysOnPattern, contentTypes }) => [
              creatorId,
              sequenceType,
              formatInstant(patternStart),
              formatCount(daysOnPattern),
              contentTypes.join(', '),
            ]),
            context.terminal.columns,
          ),
    );
    return { data: rows };
  });
