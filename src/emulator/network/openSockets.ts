import type { EventEmitter } from 'node:events';

/** A socket of this machine. */
interface OpenSocket extends EventEmitter {
  ref(): unknown;
  unref(): unknown;
}

/** The open sockets of one virtual modem. All of them keep the program running, or none does. */
export class OpenSockets {
  private readonly sockets = new Set<OpenSocket>();
  private isReferenced = true;

  /** Adds a socket until it is closed. Returns it. */
  add<T extends OpenSocket>(socket: T): T {
    this.sockets.add(socket);
    if (!this.isReferenced) socket.unref();
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }

  /** Says whether they keep the program running. */
  refer(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
    for (const socket of this.sockets) {
      if (isReferenced) socket.ref();
      else socket.unref();
    }
  }
}
