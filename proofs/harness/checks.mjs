import { isDeepStrictEqual, inspect } from 'node:util';

const shown = (value) => inspect(value, { depth: 6, breakLength: Infinity, maxArrayLength: 20 });

/** The list of what a proof has looked at. Each check is printed as it is made. */
export class Checks {
  passed = 0;
  failed = 0;

  /** `about` stands before the names that follow: which database, which run. */
  constructor(print = console.log) {
    this.print = print;
    this.about = '';
  }

  check(name, isMet, found = '') {
    if (isMet) this.passed += 1;
    else this.failed += 1;
    const detail = found === '' ? '' : `: ${typeof found === 'string' ? found : shown(found)}`;
    this.print(`${isMet ? 'ok  ' : 'FAIL'}  ${this.about}${name}${detail}`);
    return isMet;
  }

  equal(name, found, expected) {
    const isMet = isDeepStrictEqual(found, expected);
    return this.check(name, isMet, isMet ? shown(found) : `found ${shown(found)}, expected ${shown(expected)}`);
  }

  /** What is no check, but belongs to the run: a count, a figure, a peer's row. */
  note(text) {
    this.print(`      ${this.about}${text}`);
  }

  /** A proof that looked at nothing has proven nothing. */
  get isProven() {
    return this.failed === 0 && this.passed > 0;
  }

  get lastLine() {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}
