import { Socket } from 'node:net';

/** The sockets under connections that a library makes and ends by itself, to be broken off when the other side is silent. */
export class BreakableSockets {
  private readonly sockets = new Set<Socket>();
  private isGivenUp = false;

  /** A new socket, which its user connects. One that is made after giving up is closed before it is connected. */
  readonly make = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    if (this.isGivenUp) process.nextTick(() => socket.destroy());
    return socket;
  };

  /** Whoever waits for an answer on one of them is told that the connection is gone. */
  giveUp(): void {
    this.isGivenUp = true;
    for (const socket of this.sockets) socket.destroy();
  }
}
