// A way to a server that can be stopped: what is sent then neither arrives nor fails, as when the server's machine stands still.
import { connect, createServer } from 'node:net';

/** @param {string} url of a PostgreSQL server */
export async function freezableProxy(url) {
  const target = new URL(url);
  const sockets = new Set();
  const links = new Set();
  let isFrozen = false;
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    const link = { isStopped: isFrozen };
    links.add(link);
    const outer = connect({ host: target.hostname, port: Number(target.port || 5432), allowHalfOpen: true });
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ]) {
      sockets.add(from);
      from.on('data', (data) => link.isStopped || to.write(data));
      from.on('end', () => link.isStopped || to.end());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${server.address().port}`;
  return {
    url: proxied.href,
    freeze: () => {
      isFrozen = true;
      for (const link of links) link.isStopped = true;
    },
    thaw: () => void (isFrozen = false),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
