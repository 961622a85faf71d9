import { getMaxListeners } from 'node:events';
import { sharedAbort } from './shared-abort.js';

it('an abort of many works has no limit of listeners, of whose excess Node would warn', () => {
  const { signal } = sharedAbort();
  expect(getMaxListeners(signal)).toBe(0);
  expect(getMaxListeners(new AbortController().signal)).toBe(10);
});
