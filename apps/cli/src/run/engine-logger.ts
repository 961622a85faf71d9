import type { Logger } from '@eros/app';
import type { Terminal } from '../output/terminal.js';

export interface Warnings extends Logger {
  /** How often what was told came again since. */
  tellRest(): void;
}

interface Told {
  readonly message: string;
  readonly atMs: number;
  again: number;
}

/** What goes on is told of once in this time: a full disk fails every creator, and every sweep, alike. */
const TOLD_EVERY_MS = 60_000;

const silent = (): void => undefined;

/**
 * What the engine wants to be known of while it works - that it waits for another process, for one - on stderr. What fails many
 * by the same error is told of the first one, and then how many there were.
 */
export function warningsOn(
  { writeError, colours }: Pick<Terminal, 'writeError' | 'colours'>,
  nowMs: () => number = () => performance.now(),
): Warnings {
  const told = new Map<string, Told>();
  const write = (text: string): void => writeError(`${colours.yellow('warning:')} ${text}\n`);
  const tellRest = (untilMs = Infinity): void => {
    for (const [key, { message, atMs, again }] of told) {
      if (atMs > untilMs) continue;
      told.delete(key);
      if (again > 0) write(`${message}, ${again} more with the same error`);
    }
  };
  const tell = (facts: object, message: string): void => {
    const error = 'error' in facts && facts.error instanceof Error ? facts.error.message : undefined;
    tellRest(nowMs() - TOLD_EVERY_MS);
    const key = `${message}\n${error}`;
    const before = told.get(key);
    if (before) {
      before.again += 1;
      return;
    }
    if (error !== undefined) told.set(key, { message, atMs: nowMs(), again: 0 });
    const known = Object.entries(facts).map(
      ([name, value]) => `${name} ${value instanceof Error ? value.message : String(value)}`,
    );
    write(`${message}${known.length > 0 ? ` (${known.join(', ')})` : ''}`);
  };
  return { debug: silent, info: silent, warn: tell, error: tell, tellRest: () => tellRest() };
}
