import { wrapToWidth } from './display-width.js';

const NAME_WIDTH = 18;
const MARGIN = '  ';

/** A title, and below it one fact a line: its name, then what is known, wrapped. */
export function formatFacts(title: string, facts: readonly (readonly [string, string])[], columns: number): string {
  const lines = facts.flatMap(([name, value]) =>
    wrapToWidth(value, columns - NAME_WIDTH - MARGIN.length - 1).map(
      (line, i) => `${MARGIN}${(i === 0 ? name : '').padEnd(NAME_WIDTH)} ${line}`,
    ),
  );
  return [title, ...lines].join('\n');
}
