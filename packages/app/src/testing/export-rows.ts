import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { CaptionRow, CreatorRow, MessageRow } from '../api.js';

const FOLDER = path.join(__dirname, '../../../../examples/agency-export');

const rowsOf = <Row>(name: string): Row[] =>
  parse(readFileSync(path.join(FOLDER, `${name}.csv`)), { columns: true, bom: true, skip_empty_lines: true }) as Row[];

/** The rows of the example export, as a host would hand them over. */
export const exportedCreators = (): CreatorRow[] => rowsOf('creators');
export const exportedCaptions = (): CaptionRow[] => rowsOf('captions');
export const exportedMessages = (): MessageRow[] => rowsOf('messages');
