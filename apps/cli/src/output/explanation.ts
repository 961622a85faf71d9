import type { DecisionExplanation } from '@eros/app';
import { wrapToWidth } from './display-width.js';
import { formatDecimal, formatInstant, formatPct, formatSigned, formatStep, formatUsd } from './format.js';
import type { Terminal } from './terminal.js';

/** The steps of a decision as sentences, then what was expected and what came. */
export function formatExplanation(
  { creatorId, weekStart, decision, steps, prediction, outcome }: DecisionExplanation,
  { columns, colours }: Pick<Terminal, 'columns' | 'colours'>,
): string {
  const { perDay, tier, confidenceScore, messageCountAnalyzed, asOfMs } = decision;
  const parts = [
    colours.bold(`${creatorId}, week of ${weekStart}`),
    `a day: ${perDay.revenue} PPV, ${perDay.engagement} engagement, ${perDay.retention} retention`,
    `tier ${tier}, confidence ${formatDecimal(confidenceScore)} from ${messageCountAnalyzed} sends, as of ${formatInstant(asOfMs)}`,
    '',
    ...steps.flatMap((step, i) => hanging(`${String(i + 1).padStart(2)}. `, step, columns)),
  ];
  if (prediction) {
    const range =
      prediction.lowUsd === undefined
        ? ''
        : ` (80 %: ${formatUsd(prediction.lowUsd)} to ${formatUsd(prediction.highUsd)})`;
    parts.push('', `expected ${formatUsd(prediction.revenueUsd)}${range}, algorithm ${prediction.algorithmVersion}`);
  }
  if (outcome) parts.push('', ...outcomeLines(outcome));
  return parts.join('\n');
}

function outcomeLines(outcome: NonNullable<DecisionExplanation['outcome']>): string[] {
  const { actualRevenueUsd, revenueErrorPct, classification, evidence, signal, confidence, applied } = outcome;
  const late = outcome.revisedAfterMeasuring;
  return [
    `came ${formatUsd(actualRevenueUsd)}, off by ${formatPct(revenueErrorPct)}: ${classification} (${evidence})`,
    `signal ${formatSigned(signal)}, confidence ${formatDecimal(confidence)}`,
    applied
      ? `applied ${formatInstant(applied.at)}: offset now ${formatStep(applied.offsetAfter)} a day, held by ${applied.guard}`
      : 'not applied yet: `eros learn`',
    ...(late ? [`revised ${formatInstant(late.at)} to ${formatUsd(late.revenueUsd)}; the signal stays as it was`] : []),
  ];
}

const hanging = (mark: string, text: string, columns: number): string[] =>
  wrapToWidth(text, columns - mark.length).map((line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line);
