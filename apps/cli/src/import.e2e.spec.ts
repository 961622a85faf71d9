import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImportReport } from '@eros/app';
import { EXAMPLE_COUNTS } from './testing/example-counts.js';
import { EXAMPLE, Workshop } from './testing/run-eros.js';

const KINDS = ['creators', 'captions', 'messages'] as const;
const exported = (kind: string): string => path.join(EXAMPLE, `${kind}.csv`);

describe('eros import', () => {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());

  it('takes in the example data as its README says, and the second time nothing', async () => {
    for (const kind of KINDS) {
      const { exitCode, data } = await workshop.json<ImportReport>('import', kind, exported(kind));
      const { rejectedCount, ...expected } = { ...EXAMPLE_COUNTS[kind], rejectedCount: data.rejectedCount };
      expect(data).toMatchObject(expected);
      expect(rejectedCount).toBe(Object.values(expected.rejectedByReason).reduce((sum: number, n) => sum + n, 0));
      expect(exitCode).toBe(kind === 'creators' ? 0 : 3);
    }
    for (const kind of KINDS) {
      const { exitCode, data } = await workshop.json<ImportReport>('import', kind, exported(kind));
      const { imported: unchanged, ...expected } = EXAMPLE_COUNTS[kind];
      expect(data).toMatchObject({ ...expected, imported: 0, unchanged, revised: 0 });
      expect(exitCode).toBe(kind === 'creators' ? 0 : 3);
    }
  });

  it('lists what it rejects by line and reason, 20 for people', async () => {
    const { stdout, stderr } = await workshop.run('import', 'messages', exported('messages'));
    expect(stdout).toMatch(/messages.csv: 29,488 rows read, nothing new, 29,269 already stored, unchanged/);
    expect(stdout).toMatch(/ 113 {2}unknown_creator/);
    expect(stdout).toMatch(/ 397 {2}viewed_exceeds_sent {2}viewed_count "207 of 204"/);
    expect(stdout).toMatch(/\.\.\. and 199 more/);
    expect(stderr).toBe('');
  });

  it('names the line of a row behind quoted line breaks', async () => {
    const { data } = await workshop.json<ImportReport>('import', 'captions', exported('captions'));
    expect(data.rejected).toEqual([
      { line: 1182, reason: 'blank_caption', value: 'caption_text "   "' },
      { line: 1183, reason: 'unknown_creator', value: 'creator_id "c-999"' },
    ]);
    expect(data.duplicates).toEqual([{ line: 1181, id: '4' }]);
  });

  it('counts a row with a wrong number of columns as rejected', async () => {
    const file = workshop.file('short.csv');
    writeFileSync(file, 'caption_id,caption_text,caption_type\n9001,"one\r\ntwo",free\n9002,two\n9003,three,free\n');
    const { exitCode, data } = await workshop.json<ImportReport>('import', 'captions', file);
    expect(data).toMatchObject({ read: 3, imported: 2, rejectedCount: 1, rejectedByReason: { wrong_column_count: 1 } });
    expect(data.rejected).toEqual([{ line: 4, reason: 'wrong_column_count', value: '2 instead of 3' }]);
    expect(exitCode).toBe(3);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['lacks a column', 'creator_id,page_name\nc-1,a\n', /line 1: the header lacks page_type, timezone/],
    [
      'is not UTF-8',
      Buffer.from('creator_id,page_name,page_type,timezone,current_active_fans\nc-1,\xe9,paid,UTC,5\n', 'latin1'),
      /line 2: not UTF-8/,
    ],
    ['is empty', '', /it is empty/],
    ['has an open quote', 'creator_id,page_name,page_type,timezone,current_active_fans\n"c', /line 2: a quote opens/],
  ])('says what is wrong with a file that %s', async (_, content, message) => {
    const file = workshop.file('wrong.csv');
    writeFileSync(file, content);
    const { exitCode, stderr } = await workshop.run('import', 'creators', file);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });
});

describe('Ctrl-C during an import', () => {
  let workshop: Workshop;
  beforeEach(() => (workshop = new Workshop()));
  afterEach(() => workshop.remove());

  it('leaves at once the second time, and the file is whole', async () => {
    await workshop.run('import', 'creators', exported('creators'));
    const { child, ended } = workshop.start(['import', 'messages', exported('messages'), '--json']);
    child.stderr?.once('data', () => child.kill('SIGTERM'));
    await workshop.written(200_000);
    child.kill('SIGINT');
    const { exitCode } = await ended;
    expect(exitCode).toBe(130);
    const { data } = await workshop.json<{ checks: { name: string; ok: boolean }[] }>('doctor');
    expect(data.checks.find(({ name }) => name === 'integrity')).toMatchObject({ ok: true });
  });

  it('keeps whole batches, says what was done, ends with 130, and can go on', async () => {
    await workshop.run('import', 'creators', exported('creators'));
    await workshop.run('import', 'captions', exported('captions'));
    const { child, ended } = workshop.start(['import', 'messages', exported('messages'), '--json']);
    await workshop.written(200_000);
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await ended;
    const report = JSON.parse(stdout) as ImportReport & { isInterrupted: boolean };
    expect(exitCode).toBe(130);
    expect(stderr).toContain('stopping after the work in hand');
    expect(report.isInterrupted).toBe(true);
    expect(report.read).toBeLessThan(EXAMPLE_COUNTS.messages.read);
    expect(report.imported + report.duplicate + report.rejectedCount).toBe(report.read);

    const doctor = await workshop.json<{ ok: boolean; checks: { name: string; detail: string }[] }>('doctor');
    expect(doctor.data).toMatchObject({ ok: true });
    const stored = doctor.data.checks.find(({ name }) => name === 'data')?.detail ?? '';
    expect(stored).toContain(`${report.imported.toLocaleString('en-US')} sends`);

    const rest = await workshop.json<ImportReport>('import', 'messages', exported('messages'));
    expect(rest.data.unchanged).toBe(report.imported);
    expect(rest.data.imported + rest.data.unchanged).toBe(EXAMPLE_COUNTS.messages.imported);
  });
});
