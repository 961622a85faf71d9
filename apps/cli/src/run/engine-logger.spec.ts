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
