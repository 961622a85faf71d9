import { writeFileSync, readFileSync } from 'node:fs';
import { tooLong, Workshop } from './testing/run-eros.js';

jest.setTimeout(180_000);

describe('eros demo', () => {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());

  it('imports, replays, learns and plans, and says so', async () => {
    const { exitCode, stdout, stderr } = await workshop.run('demo');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    for (const line of [
      /clock stands at 2026-11-22T12:00:00Z/,
      /^creators\.csv: 24 rows read, 24 imported$/m,
      /^captions\.csv: 723 rows read, 720 imported, 1 duplicate, 2 rejected$/m,
      /^messages\.csv: 29,488 rows read, 29,269 imported, 8 duplicate, 211 rejected$/m,
      /^ +113 {2}unknown_creator/m,
      /last 8 weeks, 2026-09-21 to 2026-11-09, replayed/,
      /184 weeks measured, 184 signals applied/,
      /^all +184 .* %/m,
      /week of 2026-11-23: 23 of 23 creators planned/,
      /^c-008, week of 2026-11-23, America\/New_York time/m,
      /Mon 23 Nov +│Tue 24 Nov/,
      /eros-demo\.db, made in/,
      /eros explain c-008 2026-11-23 --database eros-demo\.db/,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(tooLong(stdout.replaceAll(workshop.folder, ''))).toEqual([]);
    const accuracy = await workshop.json<{ creatorId: string | null; mase: number; measured: number }[]>(
      'report',
      'accuracy',
      ...['--as-of', '2026-11-22T12:00Z', '--database', 'eros-demo.db'],
    );
    const all = accuracy.data.find(({ creatorId }) => creatorId === null);
    expect(all?.measured).toBe(184);
    expect(all?.mase).toBeLessThan(1);
  });

  it('starts afresh on its own file, and stops at Ctrl-C', async () => {
    const { child, ended } = workshop.start(['demo', '--json']);
    await workshop.written(200_000, 'eros-demo.db');
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ now: '2026-11-22T12:00:00Z' });
  });

  it('does not touch a file that it did not make', async () => {
    writeFileSync(workshop.file('mine.db'), 'mine');
    const { exitCode, stderr } = await workshop.run('demo', '--database', 'mine.db');
    expect(stderr).toMatch(/mine\.db exists and was not made by the demo.*\[file_in_the_way\]/);
    expect(exitCode).toBe(1);
    expect(readFileSync(workshop.file('mine.db'), 'utf8')).toBe('mine');
  });
});
