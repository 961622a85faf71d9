import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Eros } from '@eros/app';
import type { Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { formatAccuracy } from '../output/accuracy.js';
import { formatFailures } from '../output/fleet-report.js';
import { formatCount, plural } from '../output/format.js';
import { copyHistory, latestSendAt } from '../replay/copy-history.js';
import { replayWeeks } from '../replay/replay-weeks.js';
import { addWeeks, instantArgument, wholeNumberArgument } from '../run/arguments.js';
import type { CommandContext, CommandResult } from '../run/command-context.js';
import type { CommandRunner } from '../run/command-runner.js';
import { withEros } from '../run/engine.js';

const DAY_MS = 86_400_000;

interface BacktestOptions {
  readonly weeks: number;
  readonly completeThrough?: Date;
}

export function backtestCommand(program: Command, run: CommandRunner): void {
  program
    .command('backtest')
    .description('replay past weeks and compare the predictions with what came, and with the naive forecast')
    .requiredOption('--weeks <n>', 'how many, up to the last complete one', wholeNumberArgument(1, 520))
    .option(
      '--complete-through <instant>',
      'sends are complete until then (default: the day of the last one)',
      instantArgument,
    )
    .addHelpText(
      'after',
      `
Each week is planned with what was known on its Monday, then measured against what was sent, and
what it teaches is applied before the next. It works on a temporary copy of creators, captions and
sends: your database is only read. Captions and fan counts are as they are now, since exports do
not say what they were.

Example:
  $ eros backtest --weeks 8`,
    )
    .action(run(backtest));
}

async function backtest(context: CommandContext, { weeks, completeThrough }: BacktestOptions): Promise<CommandResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'eros-backtest-'));
  try {
    return await withEros(context, async (source) => {
      const latest = await latestSendAt(source);
      if (!latest) throw new NotFoundError('no sends to replay: `eros import messages FILE` brings them in');
      const mondays = lastCompleteWeeks(completeThrough ?? latest, weeks);
      // The clock stands at the end of the last week, so that accuracy counts its periods back from there.
      const clock = { nowMs: () => Date.parse(`${addWeeks(mondays.at(-1) ?? '', 1)}T12:00:00Z`) };
      const copy = { ...context, database: path.join(folder, 'copy.db') };
      return withEros(copy, (target) => replayCopy(context, source, target, mondays), { mayCreate: true, clock });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replayCopy(
  context: CommandContext,
  source: Eros,
  target: Eros,
  mondays: readonly string[],
): Promise<CommandResult> {
  const { creators, messages } = await copyHistory(source, target, context.signal);
  const replay = await replayWeeks(target, context, mondays);
  const accuracy = await target.reports.predictionAccuracy({ period: 'all' });
  const { say, terminal } = context;
  say(
    terminal.colours.bold(
      `${plural(mondays.length, 'week')} replayed, ${mondays[0]} to ${mondays.at(-1)}: ${plural(creators.imported, 'creator')}, ${plural(messages.imported, 'send')}`,
    ),
  );
  say('On a temporary copy: your database was only read.\n');
  say(formatAccuracy(accuracy, terminal));
  if (replay.failed.length > 0) say(`\n${formatFailures(replay.failed, terminal.columns)}`);
  if (replay.isInterrupted)
    say(`\nInterrupted after ${formatCount(replay.measured.length)} measured weeks of creators.`);
  return { data: { ...replay, accuracy }, exitCode: replay.failed.length > 0 ? EXIT.partial : EXIT.ok };
}

/** The Mondays of the last weeks whose last day is not after the (UTC) day of `through`, oldest first. */
export function lastCompleteWeeks(through: Date, count: number): string[] {
  const endMs = Math.floor(through.getTime() / DAY_MS + 1) * DAY_MS;
  const weekday = (new Date(endMs).getUTCDay() + 6) % 7;
  const nextMonday = new Date(endMs - weekday * DAY_MS).toISOString().slice(0, 10);
  return Array.from({ length: count }, (_, i) => addWeeks(nextMonday, i - count));
}
