import { once } from 'node:events';

import { type WebSocket, WebSocketServer } from 'ws';

import { type ProgramMessage, watchProtocol, type WatchEvent, writeMessage } from '../../src/watch';
import { staticServer } from './staticServer';

/** A program that says what a spec wants, with the page. Dispose of it with `await using`. */
export interface PlayedProgram extends AsyncDisposable {
  /** The address at which the page attaches to it. */
  readonly url: string;
  /** Resolves when a page has attached. It has been said hello to. */
  attached(): Promise<void>;
  /** Tells events. Resolves when the browser has taken most of them. */
  tell(events: readonly WatchEvent[]): Promise<void>;
  say(message: ProgramMessage): void;
}

/** Serves the page in a folder, and plays the program behind it. */
export async function playedProgram(page: string): Promise<PlayedProgram> {
  const files = await staticServer(page);
  const programs = new WebSocketServer({
    server: files.server,
    path: '/program',
    handleProtocols: () => watchProtocol,
  });
  let socket: WebSocket | undefined;
  // A page may attach before the spec waits for that.
  const attaching = once(programs, 'connection') as Promise<[WebSocket]>;
  const send = (message: ProgramMessage): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!socket) throw new Error('no page has attached');
      socket.send(writeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  return {
    url: `${files.url}#program=played`,
    async attached() {
      [socket] = await attaching;
      await send({ kind: 'hello', name: 'played' });
    },
    tell: (events) => send({ kind: 'events', events }),
    say: (message) => void send(message),
    async [Symbol.asyncDispose]() {
      socket?.terminate();
      programs.close();
      await files[Symbol.asyncDispose]();
    },
  };
}
