import { SchemaConflictError } from '@eros/app';
import { lossesTold } from './losses-told.js';

const told = 'which going down would lose: pass discardRows if that is meant';

describe('lossesTold', () => {
  it('names each table and column that holds something', () => {
    const losses = [`table creators holds rows, ${told}`, `column mass_messages.category holds values, ${told}`];
    expect(lossesTold(new SchemaConflictError('eros.db', losses))).toEqual([
      'table creators holds rows',
      'column mass_messages.category holds values',
    ]);
  });

  it('takes nothing else for a loss, which discarding rows would not mend', () => {
    const view = 'view sales depends on table mass_messages';
    expect(lossesTold(new SchemaConflictError('eros.db', [view]))).toBeUndefined();
    expect(
      lossesTold(new SchemaConflictError('eros.db', [`table creators holds rows, ${told}`, view])),
    ).toBeUndefined();
    expect(lossesTold(new Error('no'))).toBeUndefined();
  });
});
