import fc from 'fast-check';
import { Batches } from './batches.js';

const macrotask = () => new Promise((resume) => setImmediate(resume));

/** Batches whose sending ends when the test says so. */
function held(underWayMax: number, itemsMax = 100) {
  const sent: { items: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const send = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      sent.push({ items, answer: () => resolve(items.map((item) => item * 10)), fail: reject });
    });
  return { batches: new Batches(send, { underWayMax, itemsMax }), sent };
}

describe('Batches', () => {
  it('send what is added by the code that runs now together, and what comes meanwhile with the next one', async () => {
    const { batches, sent } = held(1);
    const answers = [batches.add(1), Promise.resolve().then(() => batches.add(2))];
    await macrotask();
    answers.push(batches.add(3), batches.add(4));
    await macrotask();
    expect(sent.map(({ items }) => items)).toEqual([[1, 2]]);
    sent[0]?.answer();
    await macrotask();
    expect(sent.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    sent[1]?.answer();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
  });

  it('tell what is thrown at once to those that were to be sent together, and go on', async () => {
    const send = (items: readonly number[]): Promise<readonly number[]> => {
      if (items.includes(1)) throw new Error('at once');
      return Promise.resolve(items);
    };
    const batches = new Batches(send, { underWayMax: 1, itemsMax: 2 });
    const answers = [1, 2, 3].map((item) => batches.add(item).catch(String));
    expect(await Promise.all(answers)).toEqual(['Error: at once', 'Error: at once', 3]);
  });

  it('tell a failure to those that were sent together, and go on', async () => {
    const { batches, sent } = held(1);
    const failed = [batches.add(1), batches.add(2)].map((answer) => answer.catch(String));
    await macrotask();
    const later = batches.add(3);
    sent[0]?.fail(new Error('gone'));
    await macrotask();
    sent[1]?.answer();
    expect(await Promise.all(failed)).toEqual(['Error: gone', 'Error: gone']);
    expect(await later).toBe(30);
  });

  it('answer each item with its own answer, never with more under way or in one than allowed', async () => {
    const limits = fc.record({ underWayMax: fc.integer({ min: 1, max: 3 }), itemsMax: fc.integer({ min: 1, max: 5 }) });
    const rounds = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(limits, rounds, fc.infiniteStream(fc.nat(2)), async ({ underWayMax, itemsMax }, adds, ends) => {
        const { batches, sent } = held(underWayMax, itemsMax);
        const answers: Promise<number>[] = [];
        let ended = 0;
        const look = async () => {
          await macrotask();
          expect(sent.length - ended).toBeLessThanOrEqual(underWayMax);
          expect(sent.every(({ items }) => items.length >= 1 && items.length <= itemsMax)).toBe(true);
        };
        for (const count of adds) {
          for (let i = 0; i < count; i += 1) answers.push(batches.add(answers.length));
          await look();
          for (let end = ends.next().value; end > 0 && ended < sent.length; end -= 1) sent[ended++]?.answer();
          await look();
        }
        while (ended < sent.length) {
          sent[ended++]?.answer();
          await look();
        }
        expect(await Promise.all(answers)).toEqual(answers.map((_, i) => i * 10));
      }),
    );
  });
});
