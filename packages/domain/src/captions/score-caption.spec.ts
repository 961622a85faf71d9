import { createHash } from 'node:crypto';
import { InvalidSettingsError } from '../errors.js';
import type { Structure } from './caption.js';
import { CLASSIC_PACK } from './classic-pack.js';
import { compilePack } from './compile-pack.js';
import { InvalidCaptionError } from './errors.js';
import type { RulePack } from './rule-pack.js';
import { scoreCaption } from './score-caption.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const classic = compilePack(CLASSIC_PACK, undefined, sha256);
const score = (text: string, structure: Structure) => scoreCaption(text, structure, undefined, classic);

/** The matched texts of an element, or its advice if it is missing. */
function found(text: string, structure: Structure, name: string): readonly string[] | string | undefined {
  const element = score(text, structure).elements.find((each) => each.name === name);
  for (const { start, end, text: matched } of element?.evidence ?? []) expect(text.slice(start, end)).toBe(matched);
  return element?.present ? element.evidence.map((evidence) => evidence.text) : element?.advice;
}

const BODY = 'I was packing my bag for the long trip to the lake when it rang';

describe('scoreCaption, element by element', () => {
  it.each<[string, string, string[]]>([
    ['congrats', 'CONGRATS babe', ['CONGRATS']],
    ['congrats', 'congrat and congratulations', ['congrat', 'congratulations']],
    ['you won', 'guess what, You won', ['You won']],
    ['winner', 'our winner’s here, winners too', ['winner’s', 'winners']],
    ['special', 'a special, specially made', ['special', 'specially']],
    ['lucky', 'lucky', ['lucky']],
    ['chosen', 'you were chosen', ['chosen']],
    ['only one', 'Only one of you', ['Only one']],
    ['first to', 'be the first to see', ['first to']],
  ])('clickbait: %s in %j', (_, text, matched) => expect(found(text, 'winner', 'clickbait')).toEqual(matched));

  it.each([
    'especially',
    'specialist',
    'unlucky',
    "you won't believe",
    'you wont',
    'only  done',
    'first, to',
    'youwon',
    'only. one',
    'lucky7',
  ])('clickbait: not in %j', (text) => expect(found(text, 'winner', 'clickbait')).toEqual(expect.any(String)));

  it('clickbait lies wholly inside the first 100 user-perceived characters', () => {
    for (const character of ['x', '😀', '👩‍❤️‍👨', '🇩🇪', 'e\u0301', '\u200bx']) {
      const before = (count: number) => `${character.repeat(count - 1)} `;
      expect(found(`${before(95)}lucky`, 'winner', 'clickbait')).toEqual(['lucky']);
      expect(found(`${before(96)}lucky`, 'winner', 'clickbait')).toContain(
        '"lucky" comes after the first 100 characters',
      );
    }
    expect(found(`${'x'.repeat(90)}\r\n\r\n\r\n lucky`, 'winner', 'clickbait')).toEqual(['lucky']);
  });

  it.each<[string, string, string[]]>([
    ['only winner', 'the only winner', ['only winner']],
    ['exclusive', 'exclusively', ['exclusively']],
    ['never seen before', 'never-seen-before', ['never-seen-before']],
    ['first time', 'the first\ntimes', ['first\ntimes']],
    ['just for you', 'just for you!', ['just for you']],
    ['special for you', 'something special for you', ['special for you']],
    ['only you', 'for ONLY YOU', ['ONLY YOU']],
    ['private', 'privately', ['privately']],
    ['secret', 'a secret.', ['secret']],
    ['unreleased', 'unreleased', ['unreleased']],
    ['never shared', 'never shared', ['never shared']],
    ['only person', 'the only person', ['only person']],
  ])('exclusivity: %s in %j', (_, text, matched) => expect(found(text, 'winner', 'exclusivity')).toEqual(matched));

  it.each([
    'inclusive',
    'secretary',
    'privation',
    'never seen',
    'just for your-self-ies'.replace('your', 'yours'),
    'only winter',
  ])('exclusivity: not in %j', (text) => expect(found(text, 'winner', 'exclusivity')).toEqual(expect.any(String)));

  it.each<[string, string, string[]]>([
    ['$N worth', '$50 worth', ['$50 worth']],
    ['$N worth, with cents', '$500.00 worth', ['$500.00 worth']],
    ['$N value', '$1,200 value', ['$1,200 value']],
    ['worth $N', 'worth $1,234.50!', ['worth $1,234.50']],
    ['$N for $M', '$50 for $10', ['$50 for $10']],
    ['$N only $M', '$50 only $10', ['$50 only $10']],
    ['$N for only $M', '$50 for only $10.99', ['$50 for only $10.99']],
    ['usually $N', 'Usually $30', ['Usually $30']],
    ['normally $N', 'normally $30', ['normally $30']],
  ])('value_anchor: %s in %j', (_, text, matched) => {
    expect(found(text, 'winner', 'value_anchor')).toEqual(matched);
    expect(found(text, 'bundle', 'value_anchor')).toEqual(matched);
  });

  it.each([
    '$50',
    '50 worth',
    'worth 50',
    '$50, worth it',
    'worth a lot',
    '$5k worth',
    '$1.500 worth',
    'unusually $30',
    'for $10',
  ])('value_anchor: not in %j', (text) => expect(found(text, 'winner', 'value_anchor')).toEqual(expect.any(String)));

  it.each<[string, string, string[]]>([
    ['lmk', 'LMK', ['LMK']],
    ['let me know', 'let me know', ['let me know']],
    ['tell me', 'telling me', ['telling me']],
    ['message me', 'messaging me', ['messaging me']],
    ['dm me', 'dm me', ['dm me']],
    ['which … fav', 'which one is your fav', ['which one is your fav']],
    ['which … favourite', 'Which is your favourite? Your favorite!', ['Which is your favourite']],
    ['open … see', 'open it and see', ['open it and see']],
    ['claim … now', 'claim yours now', ['claim yours now']],
    ["don't miss", "don't miss, don’t miss, dont miss", ["don't miss", 'don’t miss', 'dont miss']],
    ['hurry', 'hurry', ['hurry']],
    ["before it's gone", 'before its gone', ['before its gone']],
    ['what do you think', 'what do you think', ['what do you think']],
  ])('cta: %s in %j', (_, text, matched) => expect(found(text, 'winner', 'cta')).toEqual(matched));

  it.each([
    'fav which',
    'which one\nis your fav',
    'see the open',
    'claim it\r\nnow',
    'tell them',
    'opensee',
    'hurried',
    "do'nt miss",
  ])('cta: not in %j', (text) => expect(found(text, 'winner', 'cta')).toEqual(expect.any(String)));

  it.each<[string, string, string[]]>([
    ['vid', '3 vids', ['3 vids']],
    ['vid', '12 videos', ['12 videos']],
    ['pic', '20pics, 5 pictures', ['20pics', '5 pictures']],
    ['min', '10-min, 20 minutes', ['10-min', '20 minutes']],
    ['•', '• one', ['•']],
    ['►', '► one', ['►']],
    ['a dash', 'inside:\n- 4 clips', ['- 4']],
    ['a dash', '– 4 clips', ['– 4']],
  ])('itemization: %s in %j', (_, text, matched) => expect(found(text, 'bundle', 'itemization')).toEqual(matched));

  it.each(['vids', '3 minds', 'three vids', '$20 vids', '4 clips', '18-25', '- four', '3. vids'])(
    'itemization: not in %j',
    (text) => expect(found(text, 'bundle', 'itemization')).toEqual(expect.any(String)),
  );

  it.each<[string, string, string[]]>([
    ['limited', 'Limited to today', ['Limited']],
    ['only N', 'only 7 left', ['only 7']],
    ["won't last", "it won't last, wont last, won’t last", ["won't last", 'wont last', 'won’t last']],
    ['hurry', 'HURRY!', ['HURRY']],
  ])('urgency: %s in %j', (_, text, matched) => expect(found(text, 'bundle', 'urgency')).toEqual(matched));

  it.each(['unlimited', 'only $7', 'only seven', 'will last'])('urgency: not in %j', (text) =>
    expect(found(text, 'bundle', 'urgency')).toEqual(expect.any(String)),
  );

  it.each<[string, string[]]>([
    ['New week', ['New']],
    ['just this', ['just']],
    ['OMG', ['OMG']],
    ['wait', ['wait']],
    ['Your week', ['Your']],
    ["can't believe, can’t believe, cant believe", ["can't believe", 'can’t believe', 'cant believe']],
    ['finally', ['finally']],
    ['exclusive', ['exclusive']],
    ['never', ['never']],
    ['the first time', ['first time']],
    ['so?', ['?']],
    ['so!', ['!']],
    ['so...', ['...']],
    ['so…', ['…']],
    [`\n \u200b\r\nnew\n${'x'.repeat(200)}`, ['new']],
    [`${'x'.repeat(96)} new`, ['new']],
    [`  ${'👩‍❤️‍👨'.repeat(96)} new   \nx`, ['new']],
  ])('clickbait_title: in %j', (text, matched) => expect(found(text, 'wall', 'clickbait_title')).toEqual(matched));

  it.each([
    ['A note'],
    ['renewed'],
    ['A note\nnew'],
    ['wait a minute'.replace('wait', 'await')],
    [`${'x'.repeat(97)} new`],
    ['so..'],
  ])('clickbait_title: not in %j', (text) =>
    expect(found(text, 'wall', 'clickbait_title')).toEqual(expect.any(String)),
  );

  it.each(
    [
      'was',
      'when',
      'while',
      'after',
      'before',
      'during',
      'caught',
      'found',
      'decided',
      'wanted',
      "couldn't",
      'couldn’t',
      'couldnt',
    ]
      .concat(['started', 'began', 'felt', 'needed', 'had to', 'myself', 'imagined', 'never'])
      .map((cue) => [cue]),
  )('body_with_setting: %s', (cue) => {
    const filler = 'x'.repeat(44 - cue.length);
    expect(found(`A\n${filler} ${cue}\nZ`, 'wall', 'body_with_setting')).toEqual([cue]);
    expect(found(`A\n${filler} ${cue}`, 'wall', 'body_with_setting')).toEqual([cue]);
    expect(found(`A\n${filler}${cue}\nZ`, 'wall', 'body_with_setting')).toEqual(expect.any(String));
    expect(found(`A\n${filler.slice(1)} ${cue}\nZ`, 'wall', 'body_with_setting')).toContain(
      'it has 44 characters, at least 45',
    );
  });

  it('body_with_setting is the lines between first and last, joined by a space, blank ones dropped', () => {
    const [half, rest] = ['x'.repeat(20), `${'y'.repeat(20)} was`];
    expect(found(`A\r\n${half}\r\n\r\n  ${rest}\r\nZ`, 'wall', 'body_with_setting')).toEqual(['was']);
    expect(found(`A\n${half.slice(1)}\n\n  ${rest}\nZ`, 'wall', 'body_with_setting')).toEqual(expect.any(String));
    expect(found(`A\n${'x'.repeat(50)} had\nto\nZ`, 'wall', 'body_with_setting')).toEqual(['had\nto']);
    expect(found(`It was when\n${'x'.repeat(50)}\nbefore`, 'wall', 'body_with_setting')).toEqual(expect.any(String));
    expect(found(BODY, 'wall', 'body_with_setting')).toEqual(expect.any(String));
  });

  it.each<[string, string[]]>([
    ...['unlock', 'open', 'see', 'watch', 'click', 'tap', 'enjoy', 'hope', 'love', 'want', '?', '!'].map(
      (cue): [string, string[]] => [`A\nB ${cue}`, [cue]],
    ),
    ['A\r\nB\r\n\r\nEnjoying it\r\n \r\n', ['Enjoying']],
    [`A\n${'x'.repeat(74)} open`, ['open']],
  ])('short_wrap: in %j', (text, matched) => expect(found(text, 'wall', 'short_wrap')).toEqual(matched));

  it.each([['open it!'], ['open it!\n  '], ['A\nopen\nZ'], [`A\n${'x'.repeat(75)} open`], ['A\nreopened']])(
    'short_wrap: not in %j',
    (text) => expect(found(text, 'wall', 'short_wrap')).toEqual(expect.any(String)),
  );
});

describe('scoreCaption, as a whole', () => {
  it.each<[Structure, string, boolean[], boolean]>([
    [
      'winner',
      'Only one of you gets it! never seen before set, less than a coffee a day — see you soon #0',
      [true, true, false, false],
      false,
    ],
    [
      'winner',
      'I made something new! an unreleased shoot, normally $30 today $12 — see you soon #1',
      [false, true, true, false],
      false,
    ],
    [
      'winner',
      'Guess what! an unreleased shoot, $150 worth for only $25 — don’t miss it #5',
      [false, true, true, true],
      true,
    ],
    ['winner', 'Only one of you! a private album, worth $1,200 — open it and see #10', [true, true, true, true], true],
    ['bundle', 'You won my heart today: 20 min of footage, a good price. only 7 left', [true, false, true], true],
    [
      'bundle',
      'Quick question: • 3 videos\n• 20 photos, $500.00 value for $19.99. only 7 left',
      [true, true, true],
      true,
    ],
    [
      'bundle',
      'Only one of you gets it: - 4 clips, less than a coffee a day. tell me what you think',
      [true, false, false],
      false,
    ],
    ['bundle', 'Hey you: pictures from the trip, normally $30 today $12. Limited to today', [false, true, true], true],
    ['bundle', 'Hey you: pictures, $150 worth for only $25', [false, true, false], false],
    ['wall', `You asked for it!\n${BODY}\nUnlock it`, [true, true, true], true],
    ['wall', `A note\n\n${BODY}\n\nUnlock it`, [false, true, true], true],
    ['wall', `New week\n${BODY}`, [true, true, false], true],
    ['wall', `New week, new set\n${'The full story is in the album. '.repeat(3)}`, [true, false, false], false],
    ['wall', 'Hey you, tell me what you think (4)', [true, false, false], false],
  ])('of a %s: %j', (structure, text, present, isValid) => {
    const result = score(text, structure);
    expect(result.elements.map((element) => element.present)).toEqual(present);
    const count = present.filter(Boolean).length;
    const { minimum } = CLASSIC_PACK.structures[structure] ?? {};
    expect(result).toMatchObject({
      structure,
      present: count,
      required: present.length,
      minimum,
      score: count / present.length,
      isValid,
    });
  });

  it('names the pack, the rules and what is missing', () => {
    const result = score('Lucky you: private', 'winner');
    expect(result.pack).toEqual({ name: 'classic', version: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(result.elements[0]).toEqual({
      name: 'clickbait',
      present: true,
      evidence: [{ rule: 'clickbait/lucky', start: 0, end: 5, text: 'Lucky' }],
    });
    expect(result.elements[2]).toEqual({
      name: 'value_anchor',
      present: false,
      evidence: [],
      advice: expect.stringContaining('worth'),
    });
    expect(result.warnings).toEqual([]);
  });

  it('puts evidence in order of its start', () => {
    expect(found('lucky, which hurry, lmk your fav', 'winner', 'cta')).toEqual([
      'which hurry, lmk your fav',
      'hurry',
      'lmk',
    ]);
  });

  it.each<[unknown, string]>([
    ['', 'blank'],
    [' \r\n\t\u200b\ufeff', 'blank'],
    [undefined, 'not_a_string'],
    [7, 'not_a_string'],
    [['lucky'], 'not_a_string'],
    ['x'.repeat(10_001), 'too_long'],
  ])('refuses %j', (text, fault) => {
    let error: unknown;
    try {
      score(text as string, 'winner');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidCaptionError);
    expect(error).toMatchObject({ code: 'invalid_caption', fault, maxLength: 10_000 });
  });

  it('takes 10,000 units, and lone surrogates', () => {
    expect(score(`lucky${' x'.repeat(4_997)}z`, 'winner').present).toBe(1);
    expect(found('\ud83d lucky \udc00', 'winner', 'clickbait')).toEqual(['lucky']);
  });

  it.each(['other', 'constructor', undefined])('refuses the structure %s', (structure) => {
    expect(() => score('text', structure as Structure)).toThrow(InvalidSettingsError);
  });

  it.each([{ priceUsd: -1 }, { priceUsd: NaN }, { catalogueValueUsd: Infinity }, { catalogueValueUsd: -0.01 }])(
    'refuses the facts %j',
    (facts) => expect(() => scoreCaption('text', 'winner', facts, classic)).toThrow(InvalidSettingsError),
  );
});

describe('scoreCaption with a pack of one’s own', () => {
  const own: RulePack = {
    name: 'own',
    version: 3,
    structures: {
      winner: {
        minimum: 1,
        elements: [
          {
            name: 'greeting',
            scope: 'first_line',
            cues: [],
            patterns: [{ id: 'hello', pattern: 'hello' }],
            advice: 'greet',
          },
          { name: 'ending', scope: 'last_line', minLength: 3, maxLength: 9, cues: ['café', '🎁'], advice: 'end' },
          { name: 'empty', scope: 'all', cues: [], patterns: [{ id: 'empty', pattern: 'x*' }], advice: 'none' },
        ],
      },
    },
  };
  /** Finds the pattern as it stands, and `x*` always, with nothing in it. */
  const engine = {
    compile: (pattern: string) => ({
      firstMatch: (text: string) => {
        if (pattern === 'x*') return { start: 0, end: 0 };
        const start = text.indexOf(pattern);
        return start < 0 ? undefined : { start, end: start + pattern.length };
      },
    }),
  };
  const pack = compilePack(own, engine, sha256);
  const present = (text: string) =>
    scoreCaption(text, 'winner', undefined, pack).elements.map((element) => element.present);

  it('runs patterns on the folded text of their scope, and takes no empty match', () => {
    const result = scoreCaption('\n 🎉 𝐇𝐞llo\nx', 'winner', undefined, pack);
    expect(result.elements[0]?.evidence).toEqual([{ rule: 'greeting/hello', start: 5, end: 12, text: '𝐇𝐞llo' }]);
    expect(present('A\nhello')).toEqual([false, false, false]);
  });

  it('keeps to both limits of length', () => {
    expect(present('A\n🎁')[1]).toBe(false);
    expect(present('A\n🎁xx')[1]).toBe(true);
    expect(present('A\ncafe\u0301 12345')[1]).toBe(false);
    expect(present('A\nCAFE\u0301 1234')[1]).toBe(true);
  });

  it('has no rules for other structures', () => {
    expect(() => scoreCaption('text', 'wall', undefined, pack)).toThrow('one of winner');
  });
});
