import { InvalidSettingsError } from '@eros/domain';
import { refusedValue } from './refused-value.js';

const serverError = (code: string) => Object.assign(new Error('the server'), { code });

describe('a value that the server has refused', () => {
  it.each<[string, readonly unknown[], string]>([
    ['22021', ['fine', 'a\0b'], 'a value is "a\\u0000b": give text without NUL characters and unpaired surrogates'],
    ['22P05', [1, '{"x":"\\u0000"}'], 'a value is "{\\"x\\":\\"\\\\u0000\\"}": give text without'],
    ['22P02', ['fine', 1.5], 'a value is 1.5: give an id or number'],
    ['22P02', [Number.NaN], 'a value is NaN: give'],
    ['22003', [1, 2 ** 80], `a value is ${2 ** 80}: give a number that is not as large`],
    ['22003', [], 'a value is one that the database does not hold: give'],
    [
      '54000',
      ['short', 'x'.repeat(9_000)],
      `a value is "${'x'.repeat(100)}"... (9000 characters): give a shorter text`,
    ],
  ])('is told as invalid_settings, with the value and advice: %s of %j', (code, params, message) => {
    const error = serverError(code);
    const told = refusedValue(error, params);
    expect(told).toBeInstanceOf(InvalidSettingsError);
    expect(told).toMatchObject({ code: 'invalid_settings', message: expect.stringContaining(message), cause: error });
  });

  it.each([serverError('23505'), new Error('no code'), 'text', undefined])('is nothing that %p speaks of', (error) => {
    expect(refusedValue(error, ['a\0b'])).toBe(error);
  });
});
