import type { Logger } from '@eros/app';
import type { Terminal } from '../output/terminal.js';

const silent = (): void => undefined;

/** What the engine wants to be known of while it works - that it waits for another process, for one - on stderr. */
export function warningsOn({ writeError, colours }: Pick<Terminal, 'writeError' | 'colours'>): Logger {
  const tell = (facts: object, message: string): void => {
    const known = Object.entries(facts).map(
      ([name, value]) => `${name} ${value instanceof Error ? value.message : String(value)}`,
    );
    writeError(`${colours.yellow('warning:')} ${message}${known.length > 0 ? ` (${known.join(', ')})` : ''}\n`);
  };
  return { debug: silent, info: silent, warn: tell, error: tell };
}
