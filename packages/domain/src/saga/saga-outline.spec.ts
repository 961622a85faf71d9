import { definitionHash, outlineOf, type SagaDraft, type StepDraft } from './saga-outline.js';

const draft: SagaDraft = {
  name: 'book',
  version: 1,
  steps: [
    { name: 'a', undo: {} },
    { name: 'b', kind: 'transaction' },
  ],
};
const [a, b] = draft.steps as [StepDraft, StepDraft];
const problemsOf = (bad: SagaDraft): readonly string[] => {
  try {
    outlineOf(bad);
    return [];
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
};

describe('an outline', () => {
  it('fills in the defaults', () => {
    const retry = { attempts: 1, delayMs: 200, factor: 2, maxDelayMs: 30_000, jitter: 0.5 };
    expect(outlineOf(draft)).toEqual({
      name: 'book',
      version: 1,
      steps: [
        {
          ...{ name: 'a', kind: 'effect', isPivot: false, retry, timeoutMs: 30_000, onExhausted: 'compensate' },
          undo: { retry: { ...retry, attempts: 5 }, timeoutMs: 30_000 },
        },
        { name: 'b', kind: 'transaction', isPivot: false, retry, timeoutMs: 30_000, onExhausted: 'compensate' },
      ],
    });
  });

  it.each<[Partial<SagaDraft>, string]>([
    [{ name: ' ' }, 'name must be a text that is not blank'],
    [{ version: 0 }, 'version must be a whole number from 1'],
    [{ version: 1.5 }, 'version must be a whole number from 1'],
    [{ timeoutMs: 0 }, 'timeoutMs must be from 1 to 2147483647'],
    [{ timeoutMs: 3e9 }, 'timeoutMs must be from 1 to 2147483647'],
    [{ steps: [] }, 'steps must hold at least one step'],
    [{ steps: [a, b, a] }, 'two steps are named "a"'],
    [
      {
        steps: [
          { ...a, pivot: true },
          { ...b, pivot: true },
        ],
      },
      'only one step may be the pivot, not a and b',
    ],
    [{ steps: [a, { parallel: [] }] }, 'a parallel group must hold at least one step'],
    [
      { steps: [{ parallel: [a, { ...b, pivot: true }] }] },
      'step "b": the pivot stands alone, not in a parallel group',
    ],
    [{ steps: [{ parallel: [{ ...a, parallel: [b] } as never] }] }, 'a parallel group may not hold another one'],
    [{ steps: [{ ...a, name: '' }] }, 'step "": name must be a text that is not blank'],
    [{ steps: [{ ...a, timeoutMs: NaN }] }, 'step "a": timeoutMs must be from 1 to 2147483647'],
    [{ steps: [{ ...a, kind: 'other' as never }] }, 'step "a": kind must be "effect" or "transaction"'],
    [{ steps: [{ ...a, retry: { attempts: 0 } }] }, 'step "a": retry.attempts must be a whole number from 1'],
    [{ steps: [{ ...a, retry: { jitter: 1.1 } }] }, 'step "a": retry.jitter must be from 0 to 1'],
    [{ steps: [{ ...a, retry: { factor: 0.9 } }] }, 'step "a": retry.factor must be 1 or more'],
    [{ steps: [{ ...a, undo: { timeoutMs: 0 } }] }, 'step "a": undo.timeoutMs must be from 1 to 2147483647'],
    [
      { steps: [{ ...a, undo: { retry: { delayMs: -1 } } }] },
      'step "a": undo.retry.delayMs must be from 0 to 31536000000',
    ],
    [
      { steps: [{ ...a, retry: { maxDelayMs: 31_536_000_001 } }] },
      'step "a": retry.maxDelayMs must be from 0 to 31536000000',
    ],
  ])('refuses %j', (change, expected) => {
    expect(problemsOf({ ...draft, ...change })).toEqual([expected]);
  });

  it('numbers groups, and keeps their steps in order', () => {
    const outline = outlineOf({
      ...draft,
      steps: [{ parallel: [a, b] }, { name: 'c' }, { parallel: [{ name: 'd' }] }],
    });
    expect(outline.steps.map(({ name, group }) => [name, group])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', undefined],
      ['d', 2],
    ]);
  });

  it('tells every difference apart by its hash, but not the order in which fields are written', () => {
    const hashOf = (each: SagaDraft) => definitionHash(outlineOf(each), (text) => text);
    const others: SagaDraft[] = [
      draft,
      { ...draft, name: 'other' },
      { ...draft, version: 2 },
      { ...draft, timeoutMs: 5 },
      { ...draft, steps: [b, a] },
      { ...draft, steps: [a] },
      { ...draft, steps: [{ parallel: [a, b] }] },
      { ...draft, steps: [{ parallel: [a] }, { parallel: [b] }] },
      { ...draft, steps: [{ parallel: [a] }, b] },
      { ...draft, steps: [a, { parallel: [b] }] },
      { ...draft, steps: [{ ...a, name: 'c' }, b] },
      { ...draft, steps: [{ ...a, kind: 'transaction' }, b] },
      { ...draft, steps: [{ ...a, pivot: true }, b] },
      { ...draft, steps: [{ ...a, onExhausted: 'park' }, b] },
      { ...draft, steps: [{ ...a, timeoutMs: 5 }, b] },
      { ...draft, steps: [{ name: 'a' }, b] },
      ...(['attempts', 'delayMs', 'factor', 'maxDelayMs', 'jitter'] as const).flatMap((field) => [
        { ...draft, steps: [{ ...a, retry: { [field]: 1 + Number(field === 'attempts') } }, b] },
        { ...draft, steps: [{ ...a, undo: { retry: { [field]: 1 } } }, b] },
      ]),
      { ...draft, steps: [{ ...a, undo: { timeoutMs: 5 } }, b] },
    ];
    expect(new Set(others.map(hashOf)).size).toBe(others.length);
    // Definitions without groups keep the hash that sagas of the release before groups were started with.
    expect(hashOf({ name: 'book', version: 1, steps: [{ name: 'a' }] })).toBe(
      '["book",1,null,[["a","effect",false,[1,200,2,30000,0.5],30000,"compensate",null]]]',
    );
    const reversed = Object.fromEntries(Object.entries(outlineOf(draft)).reverse());
    expect(definitionHash(reversed as never, (text) => text)).toBe(hashOf(draft));
  });
});
