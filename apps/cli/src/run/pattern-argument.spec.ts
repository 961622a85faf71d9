import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../errors.js';
import { patternArgument } from './pattern-argument.js';

const PATTERN = { content_types: ['solo', 'toy'], sequence_type: 'round_robin', cycle_length_days: 7 };

describe('patternArgument', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-pattern-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };

  it('reads JSON, and a file that holds it, with or without a byte-order mark', async () => {
    const json = JSON.stringify(PATTERN);
    expect(await patternArgument(` ${json}`)).toEqual(PATTERN);
    expect(await patternArgument(file('plain.json', json))).toEqual(PATTERN);
    expect(await patternArgument(file('marked.json', `\uFEFF${json}`))).toEqual(PATTERN);
  });

  it('takes a list for JSON, of which the engine says what is wrong, and for no name of a file', async () => {
    expect(await patternArgument('[1,2]')).toEqual([1, 2]);
    await expect(patternArgument('["solo"')).rejects.toThrow(/--pattern is no JSON/);
  });

  it('says of a file that is not there, or is empty, what the option takes', async () => {
    const takes = 'takes JSON, which begins with {, or a file that holds it';
    await expect(patternArgument('round_robin')).rejects.toMatchObject({
      code: 'unusable_file',
      message: `round_robin: there is no such file: --pattern ${takes}`,
    });
    await expect(patternArgument(file('empty.json', ''))).rejects.toThrow(`it is empty: --pattern ${takes}`);
  });

  it.each(['', '  ', '{"content_types":'])('refuses %j as wrong usage', async (given) => {
    await expect(patternArgument(given)).rejects.toBeInstanceOf(UsageError);
  });
});
