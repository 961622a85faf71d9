import { existsSync, writeFileSync } from 'node:fs';
import { tooLong, wellBehaved, Workshop } from './testing/run-eros.js';

const WEEK = '2026-11-23';

describe('the program', () => {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args));

  it('explains itself', async () => {
    const { exitCode, stdout } = await run('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(tooLong(stdout)).toEqual([]);
  });

  it('has an example for every command, in 100 columns', async () => {
    const commandsOf = async (...args: string[]): Promise<string[][]> => {
      const { exitCode, stdout } = await run(...args, '--help');
      expect(exitCode).toBe(0);
      expect(tooLong(stdout)).toEqual([]);
      if (args.length > 0) expect(stdout).toContain('\nExample:\n  $ eros ');
      const [, list = ''] = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(stdout) ?? [];
      const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'help');
      const below = [];
      for (const name of names) below.push([...args, name], ...(await commandsOf(...args, name)));
      return below;
    };
    expect((await commandsOf()).map((names) => names.join(' '))).toMatchSnapshot();
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['plna'], /unknown command 'plna'[\s\S]*Did you mean plan\?/],
    ['an unknown option', ['plan', '--wek', WEEK], /unknown option '--wek'[\s\S]*--week/],
    ['a missing argument', ['explain', 'c-001'], /missing required argument 'week'/],
    ['a missing option', ['backtest'], /required option '--weeks <n>'/],
    ['a day that is no Monday', ['plan', '--week', '2026-11-24'], /is a Tuesday: .* here 2026-11-23/],
    ['a date that is none', ['plan', '--week', '24.11.2026'], /give a date as YYYY-MM-DD/],
    ['a wrong choice', ['send', '1', '--status', 'gone'], /Allowed choices are sent, failed, unknown/],
    ['no command', [], /Usage: eros[\s\S]*name one of the commands/],
    ['half a command', ['report'], /Usage: eros report[\s\S]*name one of the commands/],
    ['a blank pattern', ['rotation', 'start', 'c-001', '--pattern', ' '], /--pattern is blank/],
    ['another database system', ['plan', '--database', 'mysql://host/x'], /only files and postgres/],
  ])('answers %s with exit code 2', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[usage]');
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it.each([
    'postgres://kim:/sesame@host/db',
    'postgres://kim:12/sesame@host/db',
    'postgres://kim:ses%ame@host/db',
    'postgres://kim:a/sesame@host/db',
    'postgres//kim:sesame@host/db',
    ' postgres:kim:sesame@host/db',
    ' mysql://kim:sesame@host/db',
  ])('answers the URL %j with exit code 2, and shows nothing of its password', async (url) => {
    const { exitCode, stdout, stderr } = await workshop.run('breakers', '--verbose', '--database', url);
    expect(`${stdout}${stderr}`).not.toMatch(/sesame|ses%ame/);
    expect(stderr).toContain('[usage]');
    expect(exitCode).toBe(2);
  });

  it('gives programs wrong usage as JSON too', async () => {
    const { exitCode, data } = await workshop.json('plan', '--week', '2026-11-24');
    expect(data).toMatchObject({ error: { code: 'usage' } });
    expect(exitCode).toBe(2);
    expect(await workshop.json('report')).toMatchObject({ exitCode: 2, data: { error: { code: 'usage' } } });
  });

  it('makes no database by a slip in its path', async () => {
    const { exitCode, stderr } = await run('plan', '--database', 'slip.db');
    expect(stderr).toMatch(/no database at .*slip\.db: `eros import creators FILE` makes one.*\[not_found\]/);
    expect(exitCode).toBe(1);
    expect(existsSync(workshop.file('slip.db'))).toBe(false);
  });

  it('makes no database for a file that is not there', async () => {
    const { exitCode, stderr } = await run('import', 'creators', 'none.csv');
    expect(stderr).toMatch(/none\.csv: there is no such file/);
    expect(exitCode).toBe(1);
    expect(existsSync(workshop.file('eros.db'))).toBe(false);
  });

  it('scores a caption without a database, from the command line, a file or stdin', async () => {
    const caption = 'You won! $50 worth, just for you. Tell me which is your fav';
    const { stdout } = await run('score', '--structure', 'winner', '--price', '15', caption);
    expect(stdout).toMatch(/winner: valid, 4 of 4/);
    expect(stdout).toMatch(/\[prize_claim\]/);
    writeFileSync(workshop.file('caption.txt'), `${caption}\n`);
    const fromFile = await workshop.json('score', '--structure', 'winner', '--file', 'caption.txt');
    const fromStdin = await workshop.give(`${caption}\n`, 'score', '--structure', 'winner', '--json');
    expect(fromFile.data).toEqual(JSON.parse(fromStdin.stdout));
    expect(fromFile.data).toMatchObject({ isValid: true, present: 4 });
    const empty = wellBehaved(await workshop.give(' ', 'score'));
    expect(empty.stderr).toContain('[invalid_caption]');
    expect(empty.exitCode).toBe(1);
    expect(existsSync(workshop.file('eros.db'))).toBe(false);
  });

  it('is quiet when its reader goes away', async () => {
    const { child, ended } = workshop.start(['--help']);
    child.stdout?.destroy();
    const { exitCode, stderr } = await ended;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('prints a stack trace when asked to', async () => {
    const { stderr } = await workshop.run('plan', '--database', 'slip.db', '--verbose');
    expect(stderr).toMatch(/\n\s+at /);
  });
});
