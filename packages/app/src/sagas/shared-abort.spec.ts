import { getMaxListeners } from 'node:events';
import { sharedAbort } from './shared-abort.js';

it('an abort of many works has no limit of listeners, of whose excess Node would warn', () => {
  const { signal } = sharedAbort();
  expect(getMaxListeners(signal)).toBe(Infinity);
  expect(getMaxListeners(new AbortController().signal)).toBe(10);
});
