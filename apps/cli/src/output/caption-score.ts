import type { CaptionScore } from '@eros/app';
import { wrapToWidth } from './display-width.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

/** What a structure asks for, what of it is there and by which words, and what may be untrue. */
export function formatScore(score: CaptionScore, { columns, colours }: Pick<Terminal, 'columns' | 'colours'>): string {
  const { structure, present, required, minimum, isValid, elements, warnings, pack } = score;
  const verdict = isValid ? colours.green('valid') : colours.red('not valid');
  const head = `${colours.bold(structure)}: ${verdict}, ${present} of ${required} elements (at least ${minimum}), rules ${pack.name} ${pack.version}`;
  const table = formatTable(
    [{ title: '' }, { title: 'element' }, { title: 'found, or what would bring it', givesWay: true }],
    elements.map(({ name, present: isPresent, evidence, advice }) => [
      isPresent ? '✓' : '✗',
      name,
      isPresent ? evidence.map(({ text }) => JSON.stringify(text)).join(', ') : (advice ?? ''),
    ]),
    columns,
  );
  const doubts = warnings.flatMap(({ code, message }) => wrapToWidth(`warning: ${message} [${code}]`, columns));
  return [head, '', table, ...(doubts.length > 0 ? ['', ...doubts.map(colours.yellow)] : [])].join('\n');
}
