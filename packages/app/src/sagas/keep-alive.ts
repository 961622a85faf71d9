/** Keeps a Node process alive by a timer that never matters. */
export const nodeKeepAlive = (): (() => void) => {
  const timer = setInterval(() => undefined, 2_147_483_647);
  return () => clearInterval(timer);
};
