import { userInfo } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { UsageError } from '../errors.js';

/** Who does it, and why: kept with what operators do by hand. */
export interface WhyOptions {
  readonly by: string;
  readonly reason: string;
}

export const addWhyOptions = (command: Command): Command =>
  command
    .requiredOption('--by <name>', 'who does it', notBlank)
    .requiredOption('--reason <text>', 'why, for whoever reads it later', notBlank);

/** The same for orders given in a hurry: the name is that of the user who is logged in, unless another is given. */
export interface OrderOptions {
  readonly by?: string;
  readonly reason: string;
}

export const addOrderOptions = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why, for whoever reads it later', notBlank)
    .option('--by <name>', 'who does it (default: the user who is logged in)', notBlank);

export const whyOf = ({ by, reason }: OrderOptions): WhyOptions => ({ by: by ?? loggedIn(), reason });

function loggedIn(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a name, as containers have them.
    throw new UsageError('say who does it by --by NAME: this system has no name for you');
  }
}

function notBlank(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it may not be blank.');
  return text;
}
