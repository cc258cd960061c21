import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answer to the last request on each connection. An entry goes with its connection. */
const lastAnswers = new WeakMap<Socket, ServerResponse>();

/**
 * Begins a request when all answers before it, on the same connection of a client, have been written. `node:http` does not
 * wait for that. But requests that a client sends without waiting for the answers have to take effect in their order
 * (RFC 9112, section 9.3.2), and together they would take all links, and wait for them in vain.
 */
export function inTurn({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
  const before = lastAnswers.get(socket);
  lastAnswers.set(socket, response);
  if (!before || before.writableFinished) begin();
  else {
    before.once('close', () => {
      if (!socket.destroyed) begin();
    });
  }
}
