import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The requests on one connection of a client. */
interface Turns {
  /** The answer to the last one. */
  last: ServerResponse | undefined;
  waiting: number;
}

/** How many requests of a connection wait. A client that sends more is not read meanwhile. */
const mostWaiting = 16;

/** An entry goes with its connection. */
const connections = new WeakMap<Socket, Turns>();

/**
 * Begins a request when all answers before it, on the same connection of a client, have been written. `node:http` does not
 * wait for that. But requests that a client sends without waiting for the answers have to take effect in their order
 * (RFC 9112, section 9.3.2), and together they would take all links, and wait for them in vain. A request behind an answer
 * that closes the connection is not begun (section 9.6).
 */
export function inTurn({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
  const turns = connections.get(socket) ?? { last: undefined, waiting: 0 };
  connections.set(socket, turns);
  turns.waiting++;
  // `node:http` reads on at the end of each request, so this comes after those that have been read with this one.
  queueMicrotask(() => {
    if (turns.waiting > mostWaiting) socket.pause();
  });
  afterAnswers(socket, () => {
    if (turns.waiting-- === mostWaiting + 1) socket.resume();
    begin();
  });
  turns.last = response;
}

/** Calls back when all answers on the connection of a client have been written, unless they close it. */
export function afterAnswers(socket: Socket, begin: () => void): void {
  const beginIfOpen = () => {
    if (socket.writable) begin();
  };
  const last = owedAnswer(socket);
  if (last) last.once('close', beginIfOpen);
  else beginIfOpen();
}

/** The last answer on the connection of a client, if it has not been written. */
export function owedAnswer(socket: Socket): ServerResponse | undefined {
  const last = connections.get(socket)?.last;
  return last?.writableFinished ? undefined : last;
}
