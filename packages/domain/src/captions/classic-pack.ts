import type { ClaimRules, ElementRules, RulePack } from './rule-pack.js';

const valueAnchor: ElementRules = {
  name: 'value_anchor',
  scope: 'all',
  cues: [
    '{amount} worth',
    '{amount} value',
    'worth {amount}',
    '{amount} for {amount}',
    '{amount} only {amount}',
    '{amount} for only {amount}',
    'usually {amount}',
    'normally {amount}',
  ],
  advice: 'say what it is worth beside what it costs, as in "$60 worth for $15" or "usually $60", if that is true',
};

/** What the pack `classic` takes for a stated worth, a stated price and a claim that the reader won. */
export const CLASSIC_CLAIMS: ClaimRules = {
  worth: valueAnchor.cues,
  price: [
    '{amount} for {amount}',
    '{amount} only {amount}',
    '{amount} for only {amount}',
    'for {amount}',
    'only {amount}',
    'just {amount}',
    'now {amount}',
    'today {amount}',
    'price {amount}',
    'costs {amount}',
  ],
  otherAmounts: ['{amount} off', '{amount} tip', '{amount} less', 'tip {amount}', 'save {amount}'],
  prize: ['you won', "you've won", 'you have won', 'you just won', 'winner', 'your prize'],
};

/**
 * The default rules. Source: spec, section 1; elements and minimums from the schema reference, "PPV Caption Structure
 * Requirements"; the predecessor's readings in predecessor facts 7.0. Never change it under the same version.
 */
export const CLASSIC_PACK: RulePack = {
  name: 'classic',
  version: 1,
  longWords: {
    congrats: ['congrat', 'congratulation'],
    fav: ['favourite', 'favorite'],
    min: ['minute'],
    pic: ['picture'],
    vid: ['video'],
  },
  structures: {
    winner: {
      minimum: 3,
      elements: [
        {
          name: 'clickbait',
          scope: 'opening',
          cues: ['congrats', 'you won', 'winner', 'special', 'lucky', 'chosen', 'only one', 'first to'],
          advice: 'open with a hook within the first 100 characters, such as "something special" or "first to see"',
        },
        {
          name: 'exclusivity',
          scope: 'all',
          cues: [
            'only winner',
            'exclusive',
            'never seen before',
            'first time',
            'just for you',
            'special for you',
            'only you',
            'private',
            'secret',
            'unreleased',
            'never shared',
            'only person',
          ],
          advice: 'say why nobody else has it, as in "never seen before", "unreleased" or "just for you"',
        },
        valueAnchor,
        {
          name: 'cta',
          scope: 'all',
          cues: [
            'lmk',
            'let me know',
            'tell me',
            'message me',
            'dm me',
            'which {later} fav',
            'open {later} see',
            'claim {later} now',
            "don't miss",
            'hurry',
            "before it's gone",
            'what do you think',
          ],
          advice: 'ask for one thing to do, as in "let me know", "open it and see" or "don\'t miss it"',
        },
      ],
    },
    bundle: {
      minimum: 2,
      elements: [
        {
          name: 'itemization',
          scope: 'all',
          cues: ['{number} vid', '{number} pic', '{number} min', '•', '►', '- {number}'],
          advice: 'list what is inside with numbers, as in "3 vids" or "20 pics"',
        },
        valueAnchor,
        {
          name: 'urgency',
          scope: 'all',
          cues: ['limited', 'only {number}', "won't last", 'hurry'],
          advice: 'say why now, as in "limited to today" or "only 7 left", if that is true',
        },
      ],
    },
    wall: {
      minimum: 2,
      elements: [
        {
          name: 'clickbait_title',
          scope: 'first_line',
          maxLength: 100,
          cues: [
            'new',
            'just',
            'omg',
            'wait',
            'you',
            "can't believe",
            'finally',
            'exclusive',
            'never',
            'first time',
            '?',
            '!',
            '...',
          ],
          advice: 'make the first line a short title with a hook, as in "Finally!" or "You asked for it"',
        },
        {
          name: 'body_with_setting',
          scope: 'body_lines',
          minLength: 45,
          cues: [
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
            'started',
            'began',
            'felt',
            'needed',
            'had to',
            'myself',
            'imagined',
            'never',
          ],
          advice: 'tell between the first and the last line what happened, as in "I was packing when ..."',
        },
        {
          name: 'short_wrap',
          scope: 'last_line',
          maxLength: 79,
          cues: ['unlock', 'open', 'see', 'watch', 'click', 'tap', 'enjoy', 'hope', 'love', 'want', '?', '!'],
          advice: 'end with a short line of its own, as in "Open it and enjoy" or a question',
        },
      ],
    },
  },
  claims: CLASSIC_CLAIMS,
};
