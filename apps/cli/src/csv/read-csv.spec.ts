import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MalformedCsvError, UnusableFileError } from '../errors.js';
import { CAPTIONS_SHAPE, CREATORS_SHAPE, MESSAGES_SHAPE, type CsvShape } from './csv-shape.js';
import { readCsv, type CsvRecord, type UnreadableRow } from './read-csv.js';

const SHAPE: CsvShape = { required: ['id', 'text'] };

describe('readCsv', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'eros-csv-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const fileOf = (content: string | Buffer): string => {
    const file = path.join(folder, 'file.csv');
    writeFileSync(file, content);
    return file;
  };

  async function read(content: string | Buffer, shape: CsvShape = SHAPE) {
    const records: CsvRecord[] = [];
    const unreadable: UnreadableRow[] = [];
    const reading = { shape, onUnreadable: (row: UnreadableRow) => void unreadable.push(row) };
    for await (const record of readCsv(fileOf(content), reading)) records.push(record);
    return { records, unreadable };
  }

  const lines = async (content: string) => (await read(content)).records.map(({ row, line }) => [line, row['id']]);

  it('gives each row by the names of its columns, empty fields left out', async () => {
    const { records } = await read('id,text,price\n1,hello,\n2,,9.99\n');
    expect(records).toEqual([
      { line: 2, row: { id: '1', text: 'hello' } },
      { line: 3, row: { id: '2', price: '9.99' } },
    ]);
  });

  it('takes a byte-order mark, CRLF and names in capitals', async () => {
    const { records } = await read('\uFEFFID, Text \r\n1,hello\r\n');
    expect(records).toEqual([{ line: 2, row: { id: '1', text: 'hello' } }]);
  });

  it('refuses a column that stands there twice: nobody could tell which one is meant', async () => {
    await expect(read('id,text,Text\n1,a,b\n')).rejects.toThrow('line 1: the header has text twice');
    expect((await read('id,text,,\n1,a,,\n')).records).toEqual([{ line: 2, row: { id: '1', text: 'a' } }]);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('names the line that a row begins at, with %s and quoted line breaks', async (_, eol) => {
    const content = ['id,text', '1,a', `2,"b${eol}${eol}c"`, '3,d', '', `4,"e${eol}"`, '5,f', ''].join(eol);
    expect(await lines(content)).toEqual([
      [2, '1'],
      [3, '2'],
      [6, '3'],
      [8, '4'],
      [10, '5'],
    ]);
  });

  it('keeps a quoted line break and a doubled quote as they are', async () => {
    const { records } = await read('id,text\n1,"say ""hi""\r\nnow"\n');
    expect(records[0]?.row['text']).toBe('say "hi"\r\nnow');
  });

  it('leaves out rows with another number of columns, and says where', async () => {
    const { records, unreadable } = await read('id,text\n1\n2,b\n3,c,d\n');
    expect(records).toEqual([{ line: 3, row: { id: '2', text: 'b' } }]);
    expect(unreadable).toEqual([
      { line: 2, reason: 'wrong_column_count', value: '1 instead of 2' },
      { line: 4, reason: 'wrong_column_count', value: '3 instead of 2' },
    ]);
  });

  it('names the columns that are missing, and those that are there', async () => {
    await expect(read('id,price\n1,2\n')).rejects.toThrow(/line 1: the header lacks text; it has id, price/);
    await expect(read('message_id\n1\n', MESSAGES_SHAPE)).rejects.toThrow(
      /lacks creator_id or page_name, message_type/,
    );
    await expect(read('x,y\n', CREATORS_SHAPE)).rejects.toThrow(/lacks creator_id, page_name/);
    await expect(read('x,y\n', CAPTIONS_SHAPE)).rejects.toThrow(/lacks caption_id, caption_text, caption_type/);
  });

  it('says so when the columns are separated by something else', async () => {
    await expect(read('id;text\n1;a\n')).rejects.toThrow(/save it as CSV with commas/);
  });

  it('names the line of a quote that never closes', async () => {
    const failing = read('id,text\n1,a\n2,"b\n3,c\n');
    await expect(failing).rejects.toBeInstanceOf(MalformedCsvError);
    await expect(failing).rejects.toMatchObject({ code: 'malformed_csv', line: 3 });
  });

  it('names the line of a stray quote', async () => {
    await expect(read('id,text\n1,a\n2,b"c"\n')).rejects.toMatchObject({ code: 'malformed_csv', line: 3 });
    await expect(read('id,text\n1,a\n2,"b"c\n')).rejects.toMatchObject({ code: 'malformed_csv', line: 3 });
  });

  it('names the line that is not UTF-8, and gives the rows before it', async () => {
    const file = fileOf(Buffer.concat([Buffer.from('id,text\n1,é\n2,'), Buffer.from([0xe9, 0x0a])]));
    const rows: number[] = [];
    const all = async () => {
      for await (const { line } of readCsv(file, { shape: SHAPE, onUnreadable: () => undefined })) rows.push(line);
    };
    await expect(all()).rejects.toMatchObject({
      code: 'malformed_csv',
      line: 3,
      message: expect.stringMatching(/UTF-8/),
    });
    expect(rows).toEqual([2]);
  });

  it('joins characters that stand across two pieces of the file', async () => {
    const long = 'é'.repeat(40_000);
    const { records } = await read(`id,text\n1,a${long}\n2,${long}\n`);
    expect(records.map(({ row }) => row['text'])).toEqual([`a${long}`, long]);
  });

  it('names UTF-16', async () => {
    await expect(read(Buffer.from('\uFEFFid,text\n', 'utf16le'))).rejects.toThrow(/UTF-16/);
  });

  it('refuses an empty file, a folder and a file that is not there', async () => {
    await expect(read('')).rejects.toMatchObject({ code: 'unusable_file', fault: 'empty' });
    const open = (file: string) => readCsv(file, { shape: SHAPE, onUnreadable: () => undefined }).next();
    await expect(open(folder)).rejects.toMatchObject({ fault: 'is_a_folder' });
    await expect(open(path.join(folder, 'none.csv'))).rejects.toMatchObject({ fault: 'not_found' });
    await expect(open(path.join(folder, 'none.csv'))).rejects.toBeInstanceOf(UnusableFileError);
  });
});
