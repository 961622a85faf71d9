import type { SagaEvent } from './saga-event.js';
import { readJournal } from './stored-journal.js';

const created = '{"type":"created","atMs":0,"creatorId":"c","input":null}';
const begun = '{"type":"begun","atMs":1}';
const eventOf = (json: string): SagaEvent => JSON.parse(json) as SagaEvent;

describe('a stored journal', () => {
  it('is read with what it comes to', () => {
    const { journal, saga } = readJournal('s', [created, begun], eventOf);
    expect(journal.map(({ type }) => type)).toEqual(['created', 'begun']);
    expect(saga).toMatchObject({ status: 'in_progress', seq: 2 });
  });

  it.each([
    ['has no entry', [], 1],
    ['begins with another entry', [begun], 1],
    ['has a damaged entry', [created, '{"type":'], 2],
    ['has an entry that is nothing', [created, begun, 'null'], 3],
    ['has an entry of a later version', [created, begun, '{"type":"annotated","atMs":2}'], 3],
    ['has an entry out of place', [created, begun, begun], 3],
  ])('is refused, and its entry named, when it %s', (_, stored, seq) => {
    expect(() => readJournal('s', stored, eventOf)).toThrow(
      expect.objectContaining({
        code: 'unreadable_saga',
        sagaId: 's',
        seq,
        message: expect.stringContaining(`entry ${seq}`),
      }),
    );
  });
});
