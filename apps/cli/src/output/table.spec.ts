import fc from 'fast-check';
import { displayWidth } from './display-width.js';
import { formatTable } from './table.js';

describe('formatTable', () => {
  it('aligns its columns under their titles', () => {
    const table = formatTable(
      [{ title: 'creator' }, { title: 'PPV', align: 'right' }, { title: 'notes' }],
      [
        ['c-001', '7', 'none'],
        ['c-002', '112', ''],
      ],
      100,
    );
    expect(table.split('\n')).toEqual([
      'creator  PPV  notes',
      '───────  ───  ─────',
      'c-001      7  none',
      'c-002    112',
    ]);
  });

  it('wraps the column that gives way', () => {
    const table = formatTable(
      [{ title: 'line' }, { title: 'reason', givesWay: true }],
      [['12', 'the page is not known here']],
      20,
    );
    expect(table.split('\n')).toEqual([
      'line  reason',
      '────  ──────────────',
      '12    the page is',
      '      not known here',
    ]);
  });

  it('fits the width whatever stands in it, as long as the rest does', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 }).map((s) => s.replace(/[\p{C}\p{Z}\s]/gu, ' '));
    const property = fc.property(fc.array(fc.tuple(text, text)), fc.integer({ min: 40, max: 120 }), (rows, width) => {
      const columns = [
        { title: 'a', givesWay: true },
        { title: 'b', givesWay: true },
      ];
      for (const line of formatTable(columns, rows, width).split('\n')) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});
