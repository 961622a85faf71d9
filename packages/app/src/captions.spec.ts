import { createHash } from 'node:crypto';
import type { PatternEngine, RulePack } from '@eros/domain';
import { CLASSIC_PACK, InvalidCaptionError, InvalidPackError, InvalidSettingsError } from '@eros/domain';
import { Captions } from './captions.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const engine: PatternEngine = {
  compile: (pattern) => ({
    firstMatch: (text) => {
      const start = text.indexOf(pattern);
      return start < 0 ? undefined : { start, end: start + pattern.length };
    },
  }),
};

function open(packs: RulePack[] = []) {
  const loadPatternEngine = jest.fn(async () => engine);
  return { loadPatternEngine, opened: Captions.open({ packs }, { sha256, loadPatternEngine }) };
}

const own = (name: string, changes: Partial<RulePack> = {}): RulePack => ({
  name,
  version: 1,
  structures: {
    bundle: { minimum: 1, elements: [{ name: 'box', scope: 'all', cues: [`${name} box`], advice: 'name the box' }] },
  },
  ...changes,
});

const withPattern = own('patterned', {
  structures: {
    wall: {
      minimum: 1,
      elements: [
        { name: 'tag', scope: 'all', cues: [], patterns: [{ id: 'tag', pattern: '#1' }], advice: 'give a tag' },
      ],
    },
  },
});

describe('Captions', () => {
  it('scores by the classic pack, without a pattern engine', async () => {
    const { opened, loadPatternEngine } = open();
    const score = (await opened).score('Lucky you! a private album, worth $40 — lmk', 'winner');
    expect(score).toMatchObject({ structure: 'winner', score: 1, present: 4, required: 4, minimum: 3, isValid: true });
    expect(score.pack).toMatchObject({ name: 'classic', version: 1 });
    expect(score.pack.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(loadPatternEngine).not.toHaveBeenCalled();
  });

  it('hands the facts on', async () => {
    const captions = await open().opened;
    const { warnings } = captions.score('Yours for $12', 'winner', { priceUsd: 15 });
    expect(warnings).toMatchObject([{ code: 'price_mismatch', start: 10, end: 13, text: '$12' }]);
    expect(captions.scoreAll([{ text: 'Yours for $12', structure: 'winner', facts: { priceUsd: 15 } }])).toMatchObject([
      { warnings },
    ]);
  });

  it('scores all items in their order, from any iterable', async () => {
    const captions = await open().opened;
    const items = function* () {
      yield { text: '3 vids, hurry', structure: 'bundle' as const };
      yield { text: 'hello', structure: 'wall' as const };
    };
    const [first, second] = captions.scoreAll(items());
    expect(first).toEqual(captions.score('3 vids, hurry', 'bundle'));
    expect(second).toEqual(captions.score('hello', 'wall'));
  });

  it('lets the last pack with rules for a structure serve it, and classic the others', async () => {
    const captions = await open([own('first'), own('second'), withPattern]).opened;
    expect(captions.score('second box', 'bundle')).toMatchObject({ isValid: true, pack: { name: 'second' } });
    expect(captions.score('first box', 'bundle').isValid).toBe(false);
    expect(captions.score('lucky #1', 'wall')).toMatchObject({ isValid: true, pack: { name: 'patterned' } });
    expect(captions.score('lucky #1', 'winner').pack.name).toBe('classic');
  });

  it('loads the pattern engine once, when a pack has patterns', async () => {
    const { opened, loadPatternEngine } = open([withPattern, { ...withPattern, name: 'other' }]);
    await opened;
    expect(loadPatternEngine).toHaveBeenCalledTimes(1);
  });

  it.each<[string, RulePack[]]>([
    ['a malformed pack', [own('')]],
    ['two packs of one name and version', [own('same'), { ...own('other'), name: 'same' }]],
    ['another pack under the name and version of classic', [own('classic')]],
  ])('refuses %s', async (_, packs) => {
    await expect(open(packs).opened).rejects.toThrow(InvalidPackError);
  });

  it('accepts the same pack twice, the classic pack itself, and a later version of it', async () => {
    await open([own('same'), own('same'), CLASSIC_PACK, own('classic', { version: 2 })]).opened;
  });

  it('refuses what is no caption, and an unknown structure', async () => {
    const captions = await open().opened;
    expect(() => captions.score(' \n\u200b', 'winner')).toThrow(InvalidCaptionError);
    expect(() => captions.score('text', 'toString' as 'wall')).toThrow(InvalidSettingsError);
    expect(() => captions.scoreAll([{ text: '', structure: 'wall' }])).toThrow(InvalidCaptionError);
  });
});
