import { parseArgs } from 'node:util';

/**
 * The flags of a proof, read from the command line: those it names with their defaults, and `--seed`, which every proof has.
 * A flag whose default is a number takes a number. Anything else on the line is an error: a misspelt flag proves nothing.
 */
export function readFlags(defaults, args = process.argv.slice(2)) {
  const all = { seed: 1, ...defaults };
  const options = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, { type: typeof value === 'boolean' ? 'boolean' : 'string' }]),
  );
  const { values } = parseArgs({ args, options });
  const read = Object.entries(all).map(([name, value]) => {
    const given = values[name];
    if (given === undefined) return [name, value];
    if (typeof value !== 'number') return [name, given];
    const number = Number(given);
    if (!Number.isFinite(number) || given.trim() === '') throw new Error(`--${name} ${given}: give a number`);
    return [name, number];
  });
  return Object.fromEntries(read);
}

/** The flags as they would be typed again. */
export const typed = (flags) =>
  Object.entries(flags)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`))
    .join(' ');
