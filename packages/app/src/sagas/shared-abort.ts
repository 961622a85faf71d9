import { setMaxListeners } from 'node:events';

/** Aborts what may be any number of works at once, such as a group of steps: Node takes more than ten listeners for a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(Infinity, controller.signal);
  return controller;
}
