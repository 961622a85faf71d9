import fc from 'fast-check';
import { formatInstant } from '../time/index.js';
import { knownCreatorsOf } from './known-creators.js';
import { parseCaptionRow } from './parse-caption-row.js';
import { parseCreatorRow } from './parse-creator-row.js';
import { parseMessageRow } from './parse-message-row.js';
import { reconcileRow } from './reconcile-row.js';

const creators = knownCreatorsOf([{ creatorId: 'c-1', pageName: 'amber' }]);

const creatorRow = {
  creator_id: 'c-1',
  page_name: 'amber',
  display_name: 'Amber',
  page_type: 'paid',
  timezone: 'America/Los_Angeles',
  current_active_fans: '210',
  is_active: '1',
};
const messageRow = {
  message_id: 'm-1',
  creator_id: 'c-1',
  page_name: 'amber',
  message_type: 'ppv',
  category: 'revenue',
  content_type: 'b_g',
  caption_id: '94',
  sending_time: '2026-05-18 20:40:05',
  price: '29.99',
  sent_count: '201',
  viewed_count: '86',
  purchased_count: '2',
  earnings: '59.98',
};
const captionRow = {
  caption_id: '7',
  creator_id: '',
  caption_text: 'You won!\r\nOpen it to see',
  caption_type: 'winner',
  content_type: 'solo',
  is_active: '1',
  last_used_date: '2026-08-06',
};

describe('a creator row', () => {
  it('is read', () => {
    expect(parseCreatorRow(creatorRow)).toEqual({
      type: 'row',
      row: {
        creatorId: 'c-1',
        pageName: 'amber',
        displayName: 'Amber',
        pageType: 'paid',
        timeZone: 'America/Los_Angeles',
        fanCount: 210,
        isActive: true,
      },
    });
  });

  it('is read from a file with a byte-order mark and CRLF line ends', () => {
    const { creator_id, is_active, ...middle } = creatorRow;
    const asRead = { '\uFEFFcreator_id': creator_id, ...middle, 'is_active\r': `${is_active}\r` };
    expect(parseCreatorRow(asRead)).toEqual(parseCreatorRow(creatorRow));
  });

  it.each([
    [{ current_active_fans: 210 }, { fanCount: 210 }],
    [{ current_active_fans: '12,345' }, { fanCount: 12_345 }],
    [{ is_active: false }, { isActive: false }],
    [{ is_active: '0' }, { isActive: false }],
    [{ is_active: undefined }, { isActive: true }],
    [{ display_name: ' ' }, { displayName: 'amber' }],
    [{ page_type: 'Free' }, { pageType: 'free' }],
    [{ page_name: ' amber ' }, { pageName: 'amber' }],
  ])('%j is read as %j', (change, expected) => {
    expect(parseCreatorRow({ ...creatorRow, ...change })).toMatchObject({ type: 'row', row: expected });
  });

  it.each([
    [{ creator_id: ' ' }, 'missing_id', 'creator_id " "'],
    [{ creator_id: null }, 'missing_id', 'creator_id missing'],
    [{ page_name: 'nan' }, 'missing_page_name', 'page_name "nan"'],
    [{ page_type: 'gold' }, 'invalid_page_type', 'page_type "gold"'],
    [{ timezone: 'Mars/Olympus' }, 'invalid_timezone', 'timezone "Mars/Olympus"'],
    [{ timezone: '' }, 'invalid_timezone', 'timezone ""'],
    [{ current_active_fans: '-1' }, 'negative_count', 'current_active_fans "-1"'],
    [{ current_active_fans: '12.5' }, 'invalid_number', 'current_active_fans "12.5"'],
    [{ current_active_fans: '' }, 'invalid_number', 'current_active_fans ""'],
    [{ current_active_fans: [1] }, 'invalid_number', 'current_active_fans of type object'],
    [{ is_active: 'maybe' }, 'invalid_flag', 'is_active "maybe"'],
    [{ display_name: 'am\0ber' }, 'unstorable_text', 'display_name "am\\u0000ber"'],
  ])('%j is rejected as %s', (change, reason, value) => {
    expect(parseCreatorRow({ ...creatorRow, ...change })).toEqual({ type: 'rejected', reason, value });
  });
});

describe('a message row', () => {
  it('is read', () => {
    expect(parseMessageRow(messageRow, creators)).toEqual({
      type: 'row',
      row: {
        messageId: 'm-1',
        creatorId: 'c-1',
        messageType: 'ppv',
        category: 'revenue',
        contentType: 'b_g',
        captionId: 94,
        sentAtMs: Date.UTC(2026, 4, 18, 20, 40, 5),
        priceUsd: 29.99,
        sentCount: 201,
        viewedCount: 86,
        purchasedCount: 2,
        earningsUsd: 59.98,
      },
    });
  });

  it.each([
    [{ creator_id: '' }, { creatorId: 'c-1' }],
    [{ creator_id: undefined }, { creatorId: 'c-1' }],
    [{ creator_id: 'nan' }, { creatorId: 'c-1' }],
    [{ page_name: 'nan' }, { creatorId: 'c-1' }],
    [{ category: '' }, { category: 'revenue' }],
    [{ category: undefined, message_type: 'free' }, { category: 'engagement' }],
    [{ category: 'retention', message_type: 'free' }, { category: 'retention' }],
    [
      { message_type: 'free', price: '', purchased_count: '', earnings: 'nan' },
      { priceUsd: 0, earningsUsd: 0 },
    ],
    [{ earnings: '$1,234.50' }, { earningsUsd: 1234.5 }],
    [{ earnings: '$49' }, { earningsUsd: 49 }],
    [{ earnings: '-0' }, { earningsUsd: 0 }],
    [{ earnings: 12.25 }, { earningsUsd: 12.25 }],
    [{ sent_count: '1,201' }, { sentCount: 1201 }],
    [{ sent_count: '201.0' }, { sentCount: 201 }],
    [{ caption_id: '' }, { captionId: undefined }],
    [{ caption_id: '9f1c2d3e-0000-4000-8000-000000000000' }, { captionId: undefined }],
    [{ content_type: '' }, { contentType: undefined }],
    [{ sending_time: '2026-05-18T20:40:05+02:00' }, { sentAtMs: Date.UTC(2026, 4, 18, 18, 40, 5) }],
    [{ sending_time: new Date(Date.UTC(2026, 4, 18)) }, { sentAtMs: Date.UTC(2026, 4, 18) }],
    [{ viewed_count: '201' }, { viewedCount: 201 }],
    [{ message_id: 17 }, { messageId: '17' }],
  ])('%j is read as %j', (change, expected) => {
    expect(parseMessageRow({ ...messageRow, ...change }, creators)).toMatchObject({ type: 'row', row: expected });
  });

  it.each([
    [{ message_id: '' }, 'missing_id', 'message_id ""'],
    [{ creator_id: '', page_name: 'nan' }, 'unknown_creator', 'page_name "nan"'],
    [{ creator_id: '', page_name: 'nobody' }, 'unknown_creator', 'page_name "nobody"'],
    [{ creator_id: 'c-2' }, 'unknown_creator', 'creator_id "c-2"'],
    [{ message_type: 'story' }, 'invalid_message_type', 'message_type "story"'],
    [{ category: 'fun' }, 'invalid_category', 'category "fun"'],
    [{ sending_time: 'soon' }, 'invalid_time', 'sending_time "soon"'],
    [{ sending_time: '2026-02-30 10:00:00' }, 'invalid_time', 'sending_time "2026-02-30 10:00:00"'],
    [{ sending_time: 1_763_800_000 }, 'invalid_time', 'sending_time 1763800000'],
    [{ sending_time: new Date(NaN) }, 'invalid_time', 'sending_time of type object'],
    [{ sent_count: -1 }, 'negative_count', 'sent_count -1'],
    [{ purchased_count: '-2' }, 'negative_count', 'purchased_count "-2"'],
    [{ sent_count: '201.5' }, 'invalid_number', 'sent_count "201.5"'],
    [{ viewed_count: '' }, 'invalid_number', 'viewed_count ""'],
    [{ earnings: '' }, 'invalid_number', 'earnings ""'],
    [{ earnings: '1e3' }, 'invalid_number', 'earnings "1e3"'],
    [{ earnings: '1,23' }, 'invalid_number', 'earnings "1,23"'],
    [{ earnings: '12 USD' }, 'invalid_number', 'earnings "12 USD"'],
    [{ earnings: '9'.repeat(400) }, 'invalid_number', `earnings "${'9'.repeat(190)}`],
    [{ price: '' }, 'invalid_number', 'price ""'],
    [{ price: '-$5' }, 'negative_amount', 'price "-$5"'],
    [{ earnings: -0.01 }, 'negative_amount', 'earnings -0.01'],
    [{ viewed_count: '202' }, 'viewed_exceeds_sent', 'viewed_count "202 of 201"'],
    [{ purchased_count: '202' }, 'purchased_exceeds_sent', 'purchased_count "202 of 201"'],
  ])('%j is rejected as %s', (change, reason, value) => {
    expect(parseMessageRow({ ...messageRow, ...change }, creators)).toEqual({ type: 'rejected', reason, value });
  });
});

describe('a caption row', () => {
  it('is read, its text as it is', () => {
    expect(parseCaptionRow(captionRow, creators)).toEqual({
      type: 'row',
      row: {
        captionId: 7,
        creatorId: undefined,
        text: 'You won!\r\nOpen it to see',
        captionType: 'winner',
        contentType: 'solo',
        isActive: true,
        lastUsedDate: '2026-08-06',
      },
    });
  });

  it.each([
    [{ creator_id: 'c-1' }, { creatorId: 'c-1' }],
    [{ content_type: '' }, { contentType: undefined }],
    [{ last_used_date: '' }, { lastUsedDate: undefined }],
    [{ last_used_date: '2026-08-06 10:00:00' }, { lastUsedDate: '2026-08-06' }],
    [{ is_active: '' }, { isActive: true }],
    [{ caption_text: '  padded ' }, { text: '  padded ' }],
    [{ caption_text: 'x'.repeat(10_000) }, { text: 'x'.repeat(10_000) }],
  ])('%j is read as %j', (change, expected) => {
    expect(parseCaptionRow({ ...captionRow, ...change }, creators)).toMatchObject({ type: 'row', row: expected });
  });

  it.each([
    [{ caption_id: '' }, 'missing_id'],
    [{ caption_id: 'abc' }, 'invalid_id'],
    [{ caption_id: '-3' }, 'invalid_id'],
    [{ creator_id: 'c-9' }, 'unknown_creator'],
    [{ creator_id: {} }, 'unknown_creator'],
    [{ caption_text: ' \r\n\t' }, 'blank_caption'],
    [{ caption_text: undefined }, 'blank_caption'],
    [{ caption_text: 'x'.repeat(10_001) }, 'caption_too_long'],
    [{ caption_text: 'a \0 text' }, 'unstorable_text'],
    [{ content_type: 'half\ud83d' }, 'unstorable_text'],
    [{ caption_type: '' }, 'missing_caption_type'],
    [{ is_active: '2' }, 'invalid_flag'],
    [{ last_used_date: '2026-13-01' }, 'invalid_date'],
    [{ last_used_date: 'yesterday' }, 'invalid_date'],
  ])('%j is rejected as %s', (change, reason) => {
    expect(parseCaptionRow({ ...captionRow, ...change }, creators)).toMatchObject({ type: 'rejected', reason });
  });
});

describe('whatever a row holds', () => {
  const field = fc.oneof(
    fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true, withMap: true }),
    fc.constantFrom(
      '',
      'nan',
      '0',
      '1',
      '-1',
      'c-1',
      'ppv',
      'free',
      'paid',
      'winner',
      '2026-05-18',
      'UTC',
      '$1,234.50',
    ),
    fc.string({ unit: 'binary' }),
  );
  const columns = new Set([...Object.keys(creatorRow), ...Object.keys(messageRow), ...Object.keys(captionRow)]);
  const row = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record(Object.fromEntries([...columns].map((name) => [name, field])), { requiredKeys: [] }),
    },
    { weight: 1, arbitrary: fc.anything() },
  );
  const start = { ...creatorRow, ...messageRow, ...captionRow };

  it('it is read in full or rejected with a reason; nothing is thrown', () => {
    const property = fc.property(row, fc.boolean(), (given, isNearlyGood) => {
      const tried = isNearlyGood && typeof given === 'object' ? { ...start, ...given } : given;
      for (const parsed of [
        parseCreatorRow(tried),
        parseMessageRow(tried, creators),
        parseCaptionRow(tried, creators),
      ]) {
        if (parsed.type === 'rejected') {
          expect(parsed.reason).toMatch(/^[a-z]+(_[a-z]+)+$/);
          expect(parsed.value.length).toBeLessThanOrEqual(200);
          continue;
        }
        for (const value of Object.values(parsed.row))
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        if ('sentCount' in parsed.row) {
          const { sentCount, viewedCount, purchasedCount, earningsUsd, sentAtMs } = parsed.row;
          expect(Math.min(sentCount, viewedCount, purchasedCount, earningsUsd)).toBeGreaterThanOrEqual(0);
          expect(Math.max(viewedCount, purchasedCount)).toBeLessThanOrEqual(sentCount);
          expect(formatInstant(sentAtMs)).toMatch(/Z$/);
        }
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('money comes out as it went in, however it is written', () => {
    const property = fc.property(fc.integer({ min: 0, max: 99_999_999 }), (cents) => {
      const plain = (cents / 100).toFixed(2);
      const [whole = '', fraction = ''] = plain.split('.');
      const grouped = `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
      for (const earnings of [plain, grouped, ` ${grouped}\r`, cents / 100]) {
        expect(parseMessageRow({ ...messageRow, earnings }, creators)).toMatchObject({
          row: { earningsUsd: cents / 100 },
        });
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

describe('a row beside the stored one', () => {
  const parsed = parseMessageRow(messageRow, creators);
  if (parsed.type !== 'row') throw new Error(parsed.value);
  const send = parsed.row;

  it.each([
    ['a new id', undefined, false, { type: 'imported' }],
    ['the same values', { ...send }, false, { type: 'unchanged' }],
    [
      'other counts',
      { ...send, viewedCount: 1, earningsUsd: 0 },
      false,
      { type: 'revised', changed: ['viewedCount', 'earningsUsd'] },
    ],
    [
      'a content type that was unknown',
      { ...send, contentType: undefined },
      false,
      { type: 'revised', changed: ['contentType'] },
    ],
    ['an id of this file, new', undefined, true, { type: 'duplicate' }],
    ['an id of this file, stored', { ...send, viewedCount: 1 }, true, { type: 'duplicate' }],
  ])('%s', (_, stored, isRepeated, expected) => {
    expect(reconcileRow(send, stored, isRepeated)).toEqual(expected);
  });
});
