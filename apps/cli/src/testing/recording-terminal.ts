import pc from 'picocolors';
import type { Terminal } from '../output/terminal.js';

export interface RecordingTerminal extends Terminal {
  readonly out: () => string;
  readonly err: () => string;
}

/** A terminal without colours that keeps what was written to it. */
export function recordingTerminal(columns = 100): RecordingTerminal {
  let out = '';
  let err = '';
  return {
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
    columns,
    colours: pc.createColors(false),
    out: () => out,
    err: () => err,
  };
}
