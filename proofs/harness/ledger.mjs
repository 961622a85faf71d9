import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

/** What the outside world has seen: a plain file to which processes append, and which no database rolls back. */
export class Ledger {
  constructor(file) {
    this.file = file;
  }

  clear() {
    writeFileSync(this.file, '');
    return this;
  }

  /** One line by one write to a file opened for appending: lines of several processes do not mix. */
  write(line) {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  /** In the order of writing. */
  lines(isMeant = () => true) {
    const text = readFileSync(this.file, 'utf8').trimEnd();
    return text === ''
      ? []
      : text
          .split('\n')
          .map((line) => JSON.parse(line))
          .filter(isMeant);
  }

  /** The lines of each saga, by its id. */
  bySaga() {
    const sagas = {};
    for (const line of this.lines()) (sagas[line.sagaId] ??= []).push(line);
    return sagas;
  }
}
