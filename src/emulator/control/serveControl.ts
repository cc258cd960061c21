import { createServer, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { Subject } from 'rxjs';

import type { Emulator } from '../serve/emulator';
import { Control } from './control';
import { errorLine } from './messages';

/** The longest request, in characters. */
const longestLine = 65_536;
/** A client that leaves more bytes of answers and events unread than this is hung up on. */
const mostUnread = 1 << 20;
/** What a browser sends. A page on the internet can make one send requests to this machine. */
const http = /^[A-Z]+ \S* ?HTTP\/\d/;

/** Where {@link serveControl} listens. */
export interface ServeControlOptions {
  /** The port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
}

/** A control line that is served over TCP. */
export interface ServedControl {
  /** The port on 127.0.0.1 to connect to. It is the one that was asked for, or the free one that was found. */
  readonly port: number;
  /** Hangs up on all clients. The modem goes on. Resolves when the port is free. Closing twice is not an error. */
  close(): Promise<void>;
}

/**
 * Serves a {@link Control} of a virtual modem over TCP, on loopback, for any number of clients.
 *
 *     const { emulator, path } = await servePty();
 *     const { port } = await serveControl(emulator);
 *
 * @throws Error (rejection) with `EADDRINUSE` or the like when it cannot listen.
 */
export async function serveControl(emulator: Emulator, { port = 0 }: ServeControlOptions = {}): Promise<ServedControl> {
  const control = new Control(emulator);
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => clients.delete(socket));
    serve(control, socket);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      control.close();
      for (const client of clients) client.destroy();
      server.close(() => resolve());
    });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  }).catch((error: unknown) => {
    control.close();
    throw error;
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close };
}

function serve(control: Control, socket: Socket): void {
  const lines = new Subject<string>();
  const session = control.session(lines.asObservable()).subscribe({
    next: (line) => {
      socket.write(`${line}\n`);
      if (socket.writableLength > mostUnread) socket.destroy();
    },
    complete: () => socket.end(),
    error: () => socket.destroy(),
  });
  const decoder = new StringDecoder('utf8');
  let begun = '';
  socket.on('data', (chunk: Buffer) => {
    const parts = (begun + decoder.write(chunk)).split('\n');
    begun = parts.pop() ?? '';
    if (begun.length > longestLine) {
      socket.end(`${errorLine(null, new RangeError(`a line has at most ${longestLine} characters`))}\n`);
      socket.removeAllListeners('data').resume();
      return;
    }
    for (const line of parts) {
      if (http.test(line)) {
        socket.destroy();
        return;
      }
      lines.next(line);
    }
  });
  socket.once('end', () => {
    if (begun !== '') lines.next(begun);
    lines.complete();
  });
  // `close` follows each error.
  socket.on('error', () => undefined);
  socket.once('close', () => session.unsubscribe());
}
