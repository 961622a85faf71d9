import { failureOf, traceOf } from './failure.js';
import { lineOf } from './thrown-line.js';

const nothing = 'something without a message was thrown: ';
const unreadable = {
  get message(): string {
    throw new Error('no');
  },
};

it.each<[string, unknown, string]>([
  ['an error', new Error('disk gone'), 'disk gone'],
  ['a text', 'disk gone', 'disk gone'],
  ['what has a message without being an error', { message: 'disk gone' }, 'disk gone'],
  ['an error without a text', new TypeError(), `${nothing}TypeError`],
  ['one with a code', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), `${nothing}Error ECONNREFUSED`],
  ['several in one', new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1')]), 'no ::1; no 127.0.0.1'],
  ['none in one', new AggregateError([]), `${nothing}AggregateError`],
  ['a blank text', ' ', `${nothing}" "`],
  ['nothing', undefined, `${nothing}undefined`],
  ['null', null, `${nothing}null`],
  ['a number', 42, `${nothing}42`],
  ['a plain object', { status: 500 }, `${nothing}{"status":500}`],
  ['one without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), `${nothing}{"a":1}`],
  ['a symbol', Symbol('stop'), `${nothing}Symbol(stop)`],
  ['a large number', 1n, 'something that cannot be read was thrown: bigint'],
  ['what cannot be read', unreadable, 'something that cannot be read was thrown: object'],
])('says of %s what there is to say', (_, thrown, line) => {
  expect(lineOf(thrown)).toBe(line);
  expect(failureOf(thrown).message).toContain(line);
  expect(traceOf(thrown)).not.toBe('');
});
