import type { SagaEvent } from './saga-event.js';
import { readJournal } from './stored-journal.js';

const created = '{"type":"created","atMs":0,"creatorId":"c","input":null}';
const begun = '{"type":"begun","atMs":1}';
const annotated = '{"type":"annotated","atMs":2}';
const eventOf = (json: string): SagaEvent => JSON.parse(json) as SagaEvent;

describe('a stored journal', () => {
  it('is read with what it comes to', () => {
    const { journal, saga } = readJournal('s', [created, begun], eventOf);
    expect(journal.map(({ type }) => type)).toEqual(['created', 'begun']);
    expect(saga).toMatchObject({ status: 'in_progress', seq: 2 });
  });

  it.each([
    ['has no entry', [], 1, 'a journal that begins with nothing'],
    ['begins with another entry', [begun], 1, 'a journal that begins with begun'],
    ['has a damaged entry', [created, '{"type":'], 2, 'Unexpected end of JSON input'],
    ['has an entry that is nothing', [created, begun, 'null'], 3, 'null is no entry'],
    ['has an entry that is none', [created, '{"atMs":2}'], 2, 'unexpected {"atMs":2}'],
    ['has an entry of a later version', [created, begun, annotated], 3, `unexpected ${annotated}`],
    ['has an entry out of place', [created, begun, begun], 3, 'begun in the journal of a saga that is in_progress'],
  ])('is refused, and its entry named with what stands in it, when it %s', (_, stored, seq, problem) => {
    expect(() => readJournal('s', stored, eventOf)).toThrow(
      expect.objectContaining({
        code: 'unreadable_saga',
        sagaId: 's',
        seq,
        message: expect.stringContaining(`entry ${seq} of its journal on (${problem}): `),
      }),
    );
  });

  it('is told of in a few words, however much stands in the entry', () => {
    const long = JSON.stringify({ type: 'annotated', text: 'x'.repeat(10_000) });
    expect(() => readJournal('s', [created, long], eventOf)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,500}$/) }),
    );
  });
});
