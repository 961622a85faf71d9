import { CircuitHeldError } from '../breaker/errors.js';
import * as errors from '../errors.js';
import { StaleClaimError, StoredOperationError } from './errors.js';
import { isTerminalByDefault, reviverOf, revivedError, storedErrorOf, type StoredError } from './stored-error.js';

const { InvalidSettingsError, UnknownCreatorError, StaleVersionError, isErosError } = errors;
const revive = reviverOf({ ...errors, CircuitHeldError, StaleClaimError, StoredOperationError });

class CardDeclinedError extends Error {
  override readonly name = 'CardDeclinedError';
  readonly code = 'card_declined';
  constructor(readonly last4: string) {
    super(`the card ending in ${last4} was declined`);
  }
}

/** As a database would: through text. */
const keptAndRead = (stored: StoredError): StoredError => JSON.parse(JSON.stringify(stored));

describe('isTerminalByDefault', () => {
  it.each([
    [new InvalidSettingsError('gap', '-1', '0 or more'), true],
    [Object.assign(new Error('no'), { terminal: true }), true],
    [{ terminal: true }, true],
    [new UnknownCreatorError('c1'), false],
    [new StaleVersionError('rotation', 3), false],
    [Object.assign(new Error('not ours'), { code: 'invalid_settings' }), false],
    [Object.assign(new Error('no'), { terminal: 'yes' }), false],
    [Object.assign(new InvalidSettingsError('s', '1', '2'), { code: 'invalid_transition' }), false],
    ['text', false],
    [null, false],
  ])('%p: %p', (error, isTerminal) => {
    expect(isTerminalByDefault(error)).toBe(isTerminal);
  });
});

describe('a stored error', () => {
  it('comes back as our own class with code, message and facts (I8)', () => {
    const original = new InvalidSettingsError('gapMinutes', '-1', '0 or more');

    const again = revivedError(keptAndRead(storedErrorOf(original)), revive);

    expect(again).toBeInstanceOf(InvalidSettingsError);
    expect(again).toMatchObject({ name: 'InvalidSettingsError', code: 'invalid_settings', message: original.message });
    expect(again).toMatchObject({ setting: 'gapMinutes', given: '-1', expected: '0 or more' });
    expect(isErosError(again, 'invalid_settings')).toBe(true);
    expect(again.stack).toContain('stored-error.spec');
  });

  it('comes back as StoredOperationError with name, code and message when the class is not ours (I8)', () => {
    const original = new CardDeclinedError('4242');

    const again = revivedError(keptAndRead(storedErrorOf(original)), revive);

    expect(again).toBeInstanceOf(StoredOperationError);
    expect(again).toMatchObject({
      originalName: 'CardDeclinedError',
      originalCode: 'card_declined',
      code: 'card_declined',
      message: original.message,
      facts: { last4: '4242' },
    });
    expect(isTerminalByDefault(again)).toBe(true);
  });

  it('is none of ours for having the name of one', () => {
    class InvalidSettingsError extends Error {
      override readonly name = 'InvalidSettingsError';
    }
    const again = revivedError(keptAndRead(storedErrorOf(new InvalidSettingsError('the card has no limit'))), revive);
    expect(again).toBeInstanceOf(StoredOperationError);
    expect(again).toMatchObject({ originalName: 'InvalidSettingsError', code: 'stored_operation_error' });
  });

  it('of an earlier release, which does not say whose it was, is ours by its name', () => {
    const { isOurs: _, ...stored } = storedErrorOf(new InvalidSettingsError('gapMinutes', '-1', '0 or more'));
    expect(revivedError(keptAndRead(stored), revive)).toBeInstanceOf(InvalidSettingsError);
  });

  it('keeps dates as dates, but for those that are none', () => {
    const hold = { reason: 'a test', by: 'ops', as: 'open', sinceMs: 1_000, untilMs: 2_000 } as const;
    const original = new CircuitHeldError('api', hold);
    expect(revivedError(keptAndRead(storedErrorOf(original)), revive)).toMatchObject({
      since: new Date(1_000),
      until: new Date(2_000),
    });
    const others = Object.assign(new Error('no'), { at: new Date(5), never: new Date(NaN) });
    expect(revivedError(keptAndRead(storedErrorOf(others)), revive)).toMatchObject({ facts: { at: new Date(5) } });
    expect(storedErrorOf(others)).not.toHaveProperty('datesMs.never');
  });

  it('is stored again as what it was first, not wrapped twice', () => {
    const once = revivedError(storedErrorOf(new CardDeclinedError('4242')), revive);

    const twice = revivedError(keptAndRead(storedErrorOf(once)), revive);

    expect(twice).toMatchObject({ originalName: 'CardDeclinedError', code: 'card_declined', message: once.message });
  });

  it('has a code of its own when the original had none, and keeps a number', () => {
    expect(revivedError(storedErrorOf(new RangeError('no')), revive)).toMatchObject({
      originalName: 'RangeError',
      originalCode: undefined,
      code: 'stored_operation_error',
    });
    expect(revivedError(storedErrorOf(Object.assign(new Error('x'), { code: 14 })), revive)).toMatchObject({
      originalCode: 14,
      code: '14',
    });
  });

  it('leaves out what cannot be stored, and keeps the rest', () => {
    const error = Object.assign(new Error('bad \0 \ud800 text', { cause: new Error('inner') }), {
      at: new Date(0),
      size: 10n,
      nul: 'a\0',
      huge: 'x'.repeat(10_001),
      retryAfterMs: 5,
    });

    expect(storedErrorOf(error)).toEqual({
      name: 'Error',
      message: 'bad \ufffd \ufffd text',
      facts: { retryAfterMs: 5 },
      datesMs: { at: 0 },
      isOurs: false,
    });
    expect(storedErrorOf(new Error('x'.repeat(20_000))).message).toHaveLength(10_000);
  });

  it.each([
    ['no', 'no'],
    [{ why: 'no' }, '{"why":"no"}'],
    [undefined, 'a undefined'],
  ])('can be made of %p, which is not an error', (thrown, message) => {
    expect(storedErrorOf(thrown)).toEqual({ name: 'NonError', message, facts: {} });
  });
});
