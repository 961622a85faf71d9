import { EventEmitter } from 'node:events';
import { watchInterruption } from './interruption.js';

describe('watchInterruption', () => {
  it('aborts on the first signal and leaves on the second', () => {
    const source = new EventEmitter();
    const heard: string[] = [];
    const { signal } = watchInterruption(
      source,
      () => heard.push('first'),
      () => heard.push('leave'),
    );
    expect(signal.aborted).toBe(false);
    source.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    expect(heard).toEqual(['first']);
    source.emit('SIGTERM');
    expect(heard).toEqual(['first', 'leave']);
  });

  it('leaves the process as it was', () => {
    const source = new EventEmitter();
    watchInterruption(
      source,
      () => undefined,
      () => undefined,
    ).dispose();
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
  });
});
