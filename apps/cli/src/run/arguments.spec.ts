import { InvalidArgumentError } from 'commander';
import {
  addWeeks,
  amountArgument,
  comingMonday,
  instantArgument,
  pctArgument,
  weekArgument,
  wholeNumberArgument,
} from './arguments.js';

describe('weekArgument', () => {
  it('takes a Monday', () => {
    expect(weekArgument('2026-11-23')).toBe('2026-11-23');
  });

  it('names the Monday of any other day', () => {
    expect(() => weekArgument('2026-11-24')).toThrow('is a Tuesday: a week is named by its Monday, here 2026-11-23');
    expect(() => weekArgument('2026-11-29')).toThrow('is a Sunday: a week is named by its Monday, here 2026-11-23');
  });

  it.each(['23.11.2026', '2026-02-30', '2026-11-23T00:00Z', '', 'Monday'])('refuses %j', (text) => {
    expect(() => weekArgument(text)).toThrow('YYYY-MM-DD');
  });

  it('refuses weeks that no database holds whole', () => {
    expect(['0100-01-04', '9999-12-20'].map(weekArgument)).toEqual(['0100-01-04', '9999-12-20']);
    for (const text of ['0001-01-01', '0099-12-28', '9999-12-27'])
      expect(() => weekArgument(text)).toThrow(InvalidArgumentError);
  });
});

describe('instantArgument', () => {
  it.each([
    ['2026-11-22T12:00Z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22T12:00:30.5+02:00', '2026-11-22T10:00:30.500Z'],
    ['2026-11-22 12:00:00', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(instantArgument(text).toISOString()).toBe(iso);
  });

  it('refuses what is out of the years that databases hold, by UTC', () => {
    expect(instantArgument('0100-01-01').toISOString()).toBe('0100-01-01T00:00:00.000Z');
    expect(instantArgument('9999-12-31T23:59:59.999Z').toISOString()).toBe('9999-12-31T23:59:59.999Z');
    for (const text of ['0000-01-01', '0099-12-31T23:59Z', '0100-01-01T00:30+05:00', '9999-12-31T23:30-05:00'])
      expect(() => instantArgument(text)).toThrow('years 100 to 9999');
  });

  it.each(['now', '', '2026-11-22T25:00Z', '2026-13-01', '2026-02-30', '2026-06-31T12:00Z', '1700000000'])(
    'refuses %j',
    (text) => {
      expect(() => instantArgument(text)).toThrow('give an instant that exists');
    },
  );
});

describe('numbers', () => {
  it('takes whole numbers in their range', () => {
    expect(wholeNumberArgument(1, 8)('8')).toBe(8);
    for (const text of ['0', '9', '1.5', '-1', 'x', ''])
      expect(() => wholeNumberArgument(1, 8)(text)).toThrow('from 1 to 8');
  });

  it('takes amounts with or without a dollar sign', () => {
    expect(amountArgument('$12.99')).toBe(12.99);
    for (const text of ['-1', 'free', '1e3', '']) expect(() => amountArgument(text)).toThrow('amount in dollars');
  });

  it('takes percentages with or without their sign', () => {
    expect(['25', '12.5%', '0 %'].map(pctArgument)).toEqual([25, 12.5, 0]);
    for (const text of ['-1', '$25', 'half', '%', '']) expect(() => pctArgument(text)).toThrow('a percentage');
  });
});

it.each([
  ['2026-11-22T12:00:00Z', '2026-11-23'],
  ['2026-11-22T23:59:59Z', '2026-11-23'],
  ['2026-11-23T00:00:00Z', '2026-11-30'],
  ['2026-11-28T00:00:00Z', '2026-11-30'],
])('the Monday after %s is %s', (now, monday) => {
  expect(comingMonday(Date.parse(now))).toBe(monday);
});

it('counts weeks over the end of a year', () => {
  expect(addWeeks('2026-12-28', 1)).toBe('2027-01-04');
  expect(addWeeks('2027-01-04', -8)).toBe('2026-11-09');
});
