import { once } from 'node:events';

import { type PageRequest, type ProgramMessage, readMessage, type WatchEvent, watchProtocol } from '../../../src/watch';
import { WebSocket } from 'ws';

/** A request without its number. */
type Asked = PageRequest extends infer Request ? (Request extends unknown ? Omit<Request, 'request'> : never) : never;

/** A page that is attached to a program, as the browser's is. */
export class AttachingPage {
  /** What the program has said. */
  readonly messages: ProgramMessage[] = [];
  private requests = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.messages.push(readMessage(String(data)) as ProgramMessage));
  }

  /** Attaches to the program that has this address of its page. Rejects with the status when it is refused. */
  static async to(url: string, headers: Readonly<Record<string, string>> = {}): Promise<AttachingPage> {
    const socket = new WebSocket(socketUrl(url), watchProtocol, { headers });
    const page = new AttachingPage(socket);
    const refused = once(socket, 'unexpected-response').then(([, response]: { statusCode: number }[]) => {
      socket.on('error', () => undefined).terminate();
      throw new Error(`refused with ${response?.statusCode}`);
    });
    await Promise.race([once(socket, 'open'), refused]);
    refused.catch(() => undefined);
    return page;
  }

  /** All events so far. */
  get events(): readonly WatchEvent[] {
    return this.messages.flatMap((message) => (message.kind === 'events' ? message.events : []));
  }

  /** Waits for the first message like this. */
  async message(wanted: (message: ProgramMessage) => boolean): Promise<ProgramMessage> {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found) return found;
      await once(this.socket, 'message');
    }
  }

  /** Waits for the first event like this. */
  async event(wanted: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    for (;;) {
      const found = this.events.find(wanted);
      if (found) return found;
      await once(this.socket, 'message');
    }
  }

  /** Waits until the program has said its end. */
  end(): Promise<ProgramMessage> {
    return this.message(({ kind }) => kind === 'end');
  }

  /** Asks the program for something, and waits for its answer. */
  async ask(asked: Asked): Promise<ProgramMessage> {
    const request = ++this.requests;
    this.socket.send(JSON.stringify({ request, ...asked }));
    return this.message((message) => message.kind === 'done' && message.request === request);
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

/** The address of the WebSocket that belongs to the address of a page. */
export function socketUrl(url: string): string {
  const { host, hash } = new URL(url);
  return `ws://${host}/program?token=${hash.replace('#program=', '')}`;
}
