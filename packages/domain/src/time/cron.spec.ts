import { isCron } from './cron.js';

it.each([
  '* * * * *',
  '0 6 * * 5',
  ' 0  5 * * * ',
  '*/15 0-6 1,15 JAN-mar MON-FRI',
  '59 23 31 12 7',
  '10-50/20 * * * SUN',
  '0 6 * * 0-7',
  '0 0 29,31 2 *',
  '0-10/5,12 * 30-31 2-3 *',
])('takes %s', (text) => expect(isCron(text)).toBe(true));

it.each([
  ['', 'nothing'],
  ['0 6 * *', 'four fields'],
  ['0 0 5 * * *', 'seconds'],
  ['60 * * * *', 'a minute that there is not'],
  ['0 99 * * *', 'an hour that there is not'],
  ['0 0 0 * *', 'a day zero'],
  ['0 0 * 13 *', 'a 13th month'],
  ['0 0 * * 8', 'an eighth day'],
  ['0 0 * MON *', 'a day for a month'],
  ['5-1 * * * *', 'a range backwards'],
  ['*/0 * * * *', 'a step of nothing'],
  ['5/10 * * * *', 'a step through one number'],
  ['1-2-3 * * * *', 'a range of three'],
  ['*/5/5 * * * *', 'two steps'],
  ['1, * * * *', 'a list with a gap'],
  ['@daily', 'a nickname'],
  ['-1 * * * *', 'a negative number'],
  ['1,1 * * * *', 'a minute twice'],
  ['*/4,52 * * * *', 'a minute that a step has already'],
  ['0 6 * * 0,7', 'two Sundays'],
  ['0 0 31 2 *', 'a day that February never has'],
  ['0 0 31 4,6,9,11 *', 'a day that none of its months has'],
])('does not take %s: %s', (text) => expect(isCron(text)).toBe(false));
