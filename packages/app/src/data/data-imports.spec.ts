import type { MessageRow } from '../api.js';
import type { Eros } from '../eros.js';
import { exportedCaptions, exportedCreators, exportedMessages } from '../testing/export-rows.js';
import { openEngine, testClock } from '../testing/open-engine.js';
import { query } from '../testing/query.js';

let eros: Eros;
let close: () => Promise<void>;
beforeEach(async () => ({ eros, close } = await openEngine({ clock: testClock('2026-11-22T12:00:00Z') })));
afterEach(() => close());

const creator = (id: string, page = `page of ${id}`) => ({
  creator_id: id,
  page_name: page,
  page_type: 'paid',
  timezone: 'Europe/London',
  current_active_fans: '1,200',
});
const message = (id: string, more: Partial<MessageRow> = {}): MessageRow => ({
  message_id: id,
  creator_id: 'c-1',
  message_type: 'ppv',
  sending_time: '2026-11-01 12:00:00',
  price: '10',
  sent_count: '100',
  viewed_count: '40',
  purchased_count: '2',
  earnings: '20.00',
  ...more,
});
const caption = (id: number, text: unknown = `You won! #${id}`) => ({
  caption_id: id,
  caption_text: text as string,
  caption_type: 'winner',
});
const countOf = async (table: string): Promise<number> =>
  (await query<{ n: number }>(eros, `SELECT count(*) AS n FROM ${table}`))[0]?.n ?? -1;
const storedIds = async () =>
  (await query<{ id: string }>(eros, 'SELECT message_id AS id FROM mass_messages ORDER BY 1')).map(({ id }) => id);

it('imports the example export with the counts that it states, and nothing new the second time', async () => {
  const [creators, captions, messages] = [exportedCreators(), exportedCaptions(), exportedMessages()];
  expect(await eros.data.importCreators(creators)).toMatchObject({ read: 24, imported: 24, rejectedCount: 0 });
  expect(await eros.data.importCaptions(captions)).toMatchObject({
    read: 723,
    imported: 720,
    duplicate: 1,
    rejectedCount: 2,
    rejectedByReason: { blank_caption: 1, unknown_creator: 1 },
  });
  const defects = {
    read: 29_488,
    duplicate: 8,
    rejectedCount: 113 + 62 + 12 + 24,
    rejectedByReason: { invalid_time: 24, negative_count: 12, unknown_creator: 113, viewed_exceeds_sent: 62 },
  };
  const imported = defects.read - defects.duplicate - defects.rejectedCount;
  const progress: number[] = [];
  const first = await eros.data.importMessages(messages, { onProgress: ({ read }) => progress.push(read) });
  expect(first).toMatchObject({ ...defects, imported, unchanged: 0, revised: 0, resolvedUnknown: 0 });
  expect(first.rejected).toHaveLength(defects.rejectedCount);
  expect(progress.at(-1)).toBe(defects.read);
  expect(progress.every((read, i) => read > (progress[i - 1] ?? 0))).toBe(true);
  expect(await countOf('mass_messages')).toBe(imported);
  // 864 rows name the page only; those of unknown pages are rejected.
  const byPage = messages.filter((row) => !row.creator_id && row.page_name !== 'nan').length;
  expect(byPage).toBe(864);
  const [money] = messages.filter(({ earnings }) => String(earnings).startsWith('$'));
  const [stored] = await query<{ earnings: number }>(eros, 'SELECT earnings FROM mass_messages WHERE message_id = ?', [
    money?.message_id,
  ]);
  expect(stored?.earnings).toBe(Number(String(money?.earnings).replace(/[$,]/g, '')));

  expect(await eros.data.importCreators(creators)).toMatchObject({ imported: 0, unchanged: 24, revised: 0 });
  expect(await eros.data.importCaptions(captions)).toMatchObject({ imported: 0, unchanged: 720, revised: 0 });
  expect(await eros.data.importMessages(messages)).toMatchObject({ ...defects, imported: 0, unchanged: imported });
  expect(await countOf('mass_messages')).toBe(imported);
});

describe('a report', () => {
  beforeEach(() => eros.data.importCreators([creator('c-1')]));

  it('says where each bad row stands, by its number or by the line that the caller knows', async () => {
    const rows = [message('m-1'), message('m-2', { sent_count: '-1' }), message('m-1', { earnings: '99' })];
    expect(await eros.data.importMessages(rows)).toMatchObject({
      imported: 1,
      rejected: [{ line: 2, reason: 'negative_count', value: 'sent_count "-1"' }],
      duplicates: [{ line: 3, id: 'm-1' }],
    });
    const lines = new Map<object, number>(rows.map((row, index) => [row, 10 + 3 * index]));
    const lineOf = (row: object) => lines.get(row) ?? 0;
    expect(await eros.data.importMessages(rows, { lineOf })).toMatchObject({
      unchanged: 1,
      rejected: [{ line: 13 }],
      duplicates: [{ line: 16, id: 'm-1' }],
    });
  });

  it('lists the first 1,000 rejections and counts them all', async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => message(`m-${i}`, { sending_time: 'yesterday' }));
    const report = await eros.data.importMessages(rows);
    expect(report).toMatchObject({
      read: 1_200,
      imported: 0,
      rejectedCount: 1_200,
      rejectedByReason: { invalid_time: 1_200 },
    });
    expect(report.rejected).toHaveLength(1_000);
  });

  it('tells of garbage and throws at none', async () => {
    const garbage: unknown[] = [
      null,
      undefined,
      7,
      'row',
      [],
      [message('m-2')],
      {},
      () => 1,
      Symbol('row'),
      new Date(0),
    ];
    const odd = { ...message('m-3'), sending_time: { toString: () => 'now' }, earnings: ['20'] };
    const rows = [...garbage, odd, message('m-1')] as MessageRow[];
    const report = await eros.data.importMessages(rows);
    expect(report).toMatchObject({ read: rows.length, imported: 1, rejectedCount: rows.length - 1 });
    for (const { reason, value } of report.rejected)
      expect([typeof reason, typeof value]).toEqual(['string', 'string']);
    const creators = await eros.data.importCreators([...garbage, creator('c-2')] as ReturnType<typeof creator>[]);
    expect(creators).toMatchObject({ imported: 1, rejectedCount: garbage.length });
  });

  it('rejects rows with text that no database stores as it is, and imports the others', async () => {
    const captions = await eros.data.importCaptions([
      caption(1, 'You \0 won!'),
      caption(2, 'half \ud83d'),
      caption(3, 'You won!'),
    ]);
    expect(captions).toMatchObject({ imported: 1, rejectedByReason: { unstorable_text: 2 } });
    const creators = await eros.data.importCreators([creator('c\0'), creator('c-2')]);
    expect(creators).toMatchObject({ imported: 1, rejectedByReason: { unstorable_text: 1 } });
    const messages = await eros.data.importMessages([message('m\0'), message('m-1')]);
    expect(messages).toMatchObject({ imported: 1, rejectedByReason: { unstorable_text: 1 } });
  });

  it('rejects captions that are too long, blank or no text', async () => {
    const texts = ['x'.repeat(1_000_000), ' \n ', 7, null, { text: 'You won!' }, 'x'.repeat(10_000)];
    const report = await eros.data.importCaptions(texts.map((text, i) => caption(i + 1, text)));
    expect(report).toMatchObject({ imported: 1, rejectedByReason: { caption_too_long: 1, blank_caption: 4 } });
    for (const { value } of report.rejected) expect(value.length).toBeLessThanOrEqual(200);
  });
});

describe('a source', () => {
  beforeEach(() => eros.data.importCreators([creator('c-1')]));

  it('may be a stream', async () => {
    async function* stream() {
      for (let i = 0; i < 2_500; i += 1) yield message(`m-${i}`);
    }
    expect(await eros.data.importMessages(stream())).toMatchObject({ read: 2_500, imported: 2_500 });
  });

  it('that breaks off loses nothing that was committed, and its error is told', async () => {
    function* broken() {
      for (let i = 0; i < 2_300; i += 1) yield message(`m-${i}`);
      throw new Error('the file ended in the middle of a row');
    }
    await expect(eros.data.importMessages(broken())).rejects.toThrow('in the middle of a row');
    expect(await countOf('mass_messages')).toBe(2_000);
    // The import is simply repeated.
    const rows = Array.from({ length: 2_300 }, (_, i) => message(`m-${i}`));
    expect(await eros.data.importMessages(rows)).toMatchObject({ imported: 300, unchanged: 2_000 });
  });

  it('is not asked for more once the signal is aborted; what was read is imported', async () => {
    const controller = new AbortController();
    let isEnded = false;
    async function* endless() {
      try {
        for (let i = 0; ; i += 1) {
          if (i === 1_203) controller.abort();
          yield message(`m-${String(i).padStart(5, '0')}`);
        }
      } finally {
        isEnded = true;
      }
    }
    const report = await eros.data.importMessages(endless(), { signal: controller.signal });
    expect(report).toMatchObject({ read: 1_204, imported: 1_204 });
    expect(isEnded).toBe(true);
    expect(await eros.data.importMessages(endless(), { signal: controller.signal })).toMatchObject({ read: 0 });
  });
});

describe('rows that come again', () => {
  beforeEach(() => eros.data.importCreators([creator('c-1')]));

  it('are unchanged, revised or duplicates', async () => {
    await eros.data.importMessages([message('m-1'), message('m-2')]);
    const rows = [
      message('m-1'),
      message('m-2', { earnings: '30' }),
      message('m-2', { earnings: '40' }),
      message('m-3'),
    ];
    expect(await eros.data.importMessages(rows)).toMatchObject({ imported: 1, unchanged: 1, revised: 1, duplicate: 1 });
    const [revised] = await query(eros, "SELECT earnings, revised_at FROM mass_messages WHERE message_id = 'm-2'");
    expect(revised).toEqual({ earnings: 30, revised_at: '2026-11-22T12:00:00.000Z' });
    expect(await storedIds()).toEqual(['m-1', 'm-2', 'm-3']);
  });

  it('keep a page for the creator that has it', async () => {
    const taken = [creator('c-2', 'page of c-1'), creator('c-3', 'new'), creator('c-4', 'new'), creator('c-1')];
    expect(await eros.data.importCreators(taken)).toMatchObject({
      imported: 1,
      unchanged: 1,
      rejected: [
        { line: 1, reason: 'page_taken', value: 'page_name "page of c-1" of c-1' },
        { line: 3, reason: 'page_taken', value: 'page_name "new" of c-3' },
      ],
      rejectedByReason: { page_taken: 2 },
    });
    // A creator may move to another page; the old one is free with the next import.
    expect(await eros.data.importCreators([creator('c-1', 'moved')])).toMatchObject({ revised: 1 });
    expect(await eros.data.importCreators([creator('c-2', 'page of c-1')])).toMatchObject({ imported: 1 });
  });
});
