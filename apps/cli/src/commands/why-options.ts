import { InvalidArgumentError, type Command } from 'commander';

/** Who does it, and why: kept with what operators do by hand. */
export interface WhyOptions {
  readonly by: string;
  readonly reason: string;
}

export const addWhyOptions = (command: Command): Command =>
  command
    .requiredOption('--by <name>', 'who does it', notBlank)
    .requiredOption('--reason <text>', 'why, for whoever reads it later', notBlank);

function notBlank(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it may not be blank.');
  return text;
}
