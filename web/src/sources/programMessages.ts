import { Observable } from 'rxjs';
import { type PageRequest, type ProgramMessage, readMessage, watchProtocol, writeMessage } from 'rx-usocket/watch';

/** The part of the `WebSocket` of browsers that is used. */
export interface ProgramSocket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly reason: string }) => void): void;
}

export type ProgramSocketConstructor = new (url: string, protocol: string) => ProgramSocket;

/** The connection to a program has ended before the program said that it ends. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  /**
   * @param wasOpen Whether there was a connection. Browsers do not tell why there was none.
   * @param said Why the program has hung up, if it said so.
   */
  constructor(
    readonly wasOpen: boolean,
    readonly said: string,
  ) {
    super(said === '' ? 'the connection was lost' : said);
  }
}

/**
 * Cold: connects to a watched program, and emits what it says. Completes after its `end`; errors with a
 * {@link ConnectionLost}. What is no message of this version is left out.
 *
 * @param requests$ What is asked of the program. Subscribed to while there is a connection.
 */
export function programMessages(
  url: string,
  requests$: Observable<PageRequest>,
  Socket: ProgramSocketConstructor,
): Observable<ProgramMessage> {
  return new Observable((subscriber) => {
    const socket = new Socket(url, watchProtocol);
    let wasOpen = false;
    socket.addEventListener('open', () => {
      wasOpen = true;
      subscriber.add(requests$.subscribe((request) => socket.send(writeMessage(request))));
    });
    socket.addEventListener('message', ({ data }) => {
      const message = programMessage(data);
      if (message) subscriber.next(message);
      if (message?.kind === 'end') subscriber.complete();
    });
    // It says nothing, and `close` follows it.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ reason }) => subscriber.error(new ConnectionLost(wasOpen, reason)));
    subscriber.add(() => socket.close());
  });
}

/** Reads a message of a program. Returns `undefined` for anything else. */
function programMessage(data: unknown): ProgramMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const message = readMessage(data);
    return isOfProgram(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isOfProgram(message: ProgramMessage | PageRequest): message is ProgramMessage {
  return message.kind === 'hello' || message.kind === 'events' || message.kind === 'done' || message.kind === 'end';
}
