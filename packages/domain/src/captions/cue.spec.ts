import { parseCue } from './cue.js';

describe('parseCue', () => {
  it.each([
    ['Never  seen before', [word('never'), word('seen'), word('before')], undefined],
    ['never-seen', [word('never'), word('seen')], undefined],
    ['don’t MISS', [word("don't"), word('miss')], undefined],
    ['{amount} for only {amount}', [{ type: 'amount' }, word('for'), word('only'), { type: 'amount' }], undefined],
    ['- {number}', [{ type: 'dash' }, { type: 'number' }], undefined],
    ['24 hours', [word('24'), word('hours')], undefined],
    ['...', [sign('.'), sign('.'), sign('.')], undefined],
    ['🎁', [sign('🎁')], undefined],
    ['which {later} fav', [word('which')], [word('fav')]],
  ])('takes %j apart', (text, parts, later) => {
    expect(parseCue(text)).toEqual({ parts, later });
  });

  it.each([
    ['{price} only', '{price}'],
    ['a {later} b {later} c', 'at most once'],
    ['{later} b', 'both sides'],
    ['a {later}', 'both sides'],
    ['\u200b', 'needs a word'],
    ['{', 'placeholder'],
    ["'tis", 'edge'],
    ['2nd', 'mixes'],
    ['$30 worth', '{amount}'],
  ])('refuses %j', (text, problem) => {
    expect(parseCue(text)).toEqual(expect.stringContaining(problem));
  });
});

function word(text: string) {
  return { type: 'word', word: text };
}
function sign(text: string) {
  return { type: 'sign', sign: text };
}
