import { wordForms } from './word-forms.js';

const lettersOf = (word: string) => wordForms(word).map(({ letters }) => letters);

describe('wordForms', () => {
  it.each([
    ['special', ['special', 'specials', 'specially', 'specialer', 'specialled', 'specialing']],
    ['exclusive', ['exclusives', 'exclusived', 'exclusively', 'exclusiving', 'exclusivly']],
    ['tap', ['taps', 'tapped', 'tapping', 'tapper', 'tapes']],
    ['watch', ['watches', 'watched', 'watching', 'watcher']],
  ])('of %s contain %j', (word, forms) => {
    expect(lettersOf(word)).toEqual(expect.arrayContaining(forms));
  });

  it.each([
    ['special', ['especially', 'specialist', 'specialness', 'specialss', 'specialsly', 'specia']],
    ['secret', ['secretary', 'secretion', 'secrets s', 'secretlys', 'secrett']],
    ['private', ['privation', 'privat', 'privats']],
    ['hurry', ['hurried', 'hurries', 'hurryying']],
    ['see', ['seeen', 'seeeing']],
  ])('of %s contain none of %j', (word, others) => {
    expect(lettersOf(word).filter((form) => others.includes(form))).toEqual([]);
  });

  it('may have their apostrophe, and that of an ending, but no other', () => {
    const apostrophes = new Map(wordForms("can't").map((form) => [form.letters, form.apostrophes]));
    expect(apostrophes.get('cant')).toEqual([3]);
    expect(apostrophes.get('cants')).toEqual([3, 4]);
    expect(apostrophes.get('canted')).toEqual([3]);
    expect(wordForms('winner').find(({ letters }) => letters === 'winners')?.apostrophes).toEqual([6]);
  });
});
