import { DAY_MS } from '../time/index.js';
import { defaultPattern } from './default-pattern.js';
import { checkPattern } from './rotation-pattern.js';

const AS_OF_MS = Date.UTC(2026, 5, 1);
const sends = (counts: Record<string, number>, daysAgo = 10, category: 'revenue' | 'engagement' = 'revenue') =>
  Object.entries(counts).flatMap(([contentType, count]) =>
    Array.from({ length: count }, () => ({ contentType, category, sentAtMs: AS_OF_MS - daysAgo * DAY_MS })),
  );

describe('the default pattern', () => {
  it('has the types sold in the last 90 days with their shares, the most sold first', () => {
    const pattern = defaultPattern({ sends: sends({ toy: 2, b_g: 5, solo: 3 }), captions: [], asOfMs: AS_OF_MS });
    expect(pattern).toEqual({
      content_types: ['b_g', 'solo', 'toy'],
      sequence_type: 'weighted_random',
      weights: { b_g: 0.5, solo: 0.3, toy: 0.2 },
      cycle_length_days: 7,
      avoid_repeat_within: 2,
    });
  });

  it('is feasible whatever was sold', () => {
    const pattern = defaultPattern({ sends: sends({ b_g: 97, solo: 2, toy: 1 }), captions: [], asOfMs: AS_OF_MS });
    expect(pattern?.weights['b_g']).toBe(0.5);
    expect(() => checkPattern(pattern)).not.toThrow();
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`type ${i}`, 80 - i]));
    const widest = defaultPattern({ sends: sends(many), captions: [], asOfMs: AS_OF_MS });
    expect(checkPattern(widest).content_types).toHaveLength(64);
  });

  it('looks at revenue sends before its day only, and no further back than 90 days', () => {
    const past = [
      ...sends({ solo: 1 }, 90),
      ...sends({ toy: 1 }, 90.001),
      ...sends({ feet: 1 }, 0),
      ...sends({ bts: 1 }, 5, 'engagement'),
    ];
    expect(defaultPattern({ sends: past, captions: [], asOfMs: AS_OF_MS })?.content_types).toEqual(['solo']);
  });

  it('lets a single type follow itself', () => {
    expect(defaultPattern({ sends: sends({ solo: 4 }), captions: [], asOfMs: AS_OF_MS })).toMatchObject({
      weights: { solo: 1 },
      avoid_repeat_within: 1,
    });
  });

  it('takes the types of the captions in equal shares when nothing was sold, and is none when nothing is known', () => {
    const captions = [
      { contentType: 'toy' },
      { contentType: 'toy' },
      { contentType: 'solo' },
      { contentType: undefined },
    ];
    expect(defaultPattern({ sends: [], captions, asOfMs: AS_OF_MS })?.weights).toEqual({ solo: 0.5, toy: 0.5 });
    expect(defaultPattern({ sends: [], captions: [{ contentType: undefined }], asOfMs: AS_OF_MS })).toBeUndefined();
  });
});
