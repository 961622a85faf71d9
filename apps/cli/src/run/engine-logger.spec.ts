import { recordingTerminal } from '../testing/recording-terminal.js';
import { warningsOn } from './engine-logger.js';

it('tells warnings and errors with their facts, and keeps the rest to itself', () => {
  const terminal = recordingTerminal();
  const logger = warningsOn(terminal);
  logger.debug({}, 'details');
  logger.info({}, 'as usual');
  logger.warn({ creatorId: 'c-001' }, 'another process plans this week');
  logger.error({ error: new Error('no space') }, 'sweeping failed');
  logger.warn({}, 'by itself');
  expect(terminal.err()).toBe(
    [
      'warning: another process plans this week (creatorId c-001)',
      'warning: sweeping failed (error no space)',
      'warning: by itself',
      '',
    ].join('\n'),
  );
  expect(terminal.out()).toBe('');
});

describe('what fails many alike', () => {
  const full = new Error('disk full');

  it('is told of the first one, and then how many there were', () => {
    const terminal = recordingTerminal();
    const { warn, tellRest } = warningsOn(terminal);
    for (const creatorId of ['c-001', 'c-002', 'c-003']) warn({ creatorId, error: full }, 'not planned');
    warn({ creatorId: 'c-004', error: new Error('nothing to sell') }, 'not planned');
    tellRest();
    tellRest();
    expect(terminal.err()).toBe(
      [
        'warning: not planned (creatorId c-001, error disk full)',
        'warning: not planned (creatorId c-004, error nothing to sell)',
        'warning: not planned, 2 more with the same error',
        '',
      ].join('\n'),
    );
  });

  it('is told again when it goes on', () => {
    const terminal = recordingTerminal();
    let nowMs = 0;
    const { warn } = warningsOn(terminal, () => nowMs);
    for (nowMs = 0; nowMs <= 60_000; nowMs += 20_000) warn({ error: full }, 'sweeping failed');
    expect(terminal.err()).toBe(
      [
        'warning: sweeping failed (error disk full)',
        'warning: sweeping failed, 2 more with the same error',
        'warning: sweeping failed (error disk full)',
        '',
      ].join('\n'),
    );
  });
});
