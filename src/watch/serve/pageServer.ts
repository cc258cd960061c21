import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noop } from 'rxjs';

import { hostRefusal } from '../../loopback/admission';
import { builtPage, type Content, PageFiles } from './pageFiles';
import { pageHeaders } from './pageHeaders';

const loopback = '127.0.0.1';

/** What is answered to a request. */
export interface Reply {
  readonly status: number;
  readonly content: Content;
}

/** What a server of the page serves. */
export interface PageServerOptions {
  /** The port of 127.0.0.1 to listen on; 0 for any that is free. */
  readonly port: number;
  /** Where the files of the page are. Default: in this package. */
  readonly folder?: string;
  /** What it answers besides these files; `undefined` for what is none of its paths. */
  readonly more?: (path: string, request: IncomingMessage) => Reply | undefined;
}

/** A server of the page that listens. */
export interface PageServer {
  readonly server: Server;
  /** Where the page is: `'http://127.0.0.1:8080/'`. */
  readonly url: string;
  /** Hangs up on everybody. Resolves when the port is free. Closing twice is not an error. */
  close(): Promise<void>;
}

const notBuilt = 'The page is not built. Run "npm run build" in the folder of rx-usocket, and load this again.';

/** Serves the page on loopback. Rejects when the port cannot be listened on. The server does not keep the program running. */
export async function servePage({ port, folder = builtPage(), more }: PageServerOptions): Promise<PageServer> {
  const files = new PageFiles(folder);
  const replyTo = async (request: IncomingMessage): Promise<Reply> => {
    const refusal = hostRefusal(request);
    if (refusal !== undefined) return textReply(403, `Refused: ${refusal}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return textReply(405, 'Only GET and HEAD are served.');
    const path = pathOf(request);
    const reply = more?.(path, request);
    if (reply) return reply;
    const content = await files.get(path);
    if (content) return { status: 200, content };
    return path === '/' ? textReply(503, notBuilt) : textReply(404, 'There is no such file.');
  };
  const server = createServer((request, response) => {
    replyTo(request).then(
      (reply) => send(reply, request, response),
      (error: unknown) => send(textReply(500, String(error)), request, response),
    );
  });
  server.on('connection', (socket) => socket.unref());
  server.unref().listen(port, loopback);
  await once(server, 'listening');
  // A connection that could not be accepted is the client's trouble, and not the program's.
  server.on('error', noop);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    server,
    url: `http://${loopback}:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A reply of plain text. */
export function textReply(status: number, text: string): Reply {
  const content = { type: 'text/plain; charset=utf-8', caching: 'no-store', body: `${text}\n` };
  return { status, content };
}

/** The path that is asked for, or an empty one, which nothing has. */
function pathOf({ url = '' }: IncomingMessage): string {
  if (!url.startsWith('/')) return '';
  try {
    return decodeURIComponent(new URL(`http://localhost${url}`).pathname);
  } catch {
    return '';
  }
}

function send({ status, content }: Reply, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(status, {
    ...pageHeaders(pathOf(request)),
    'content-type': content.type,
    'content-length': Buffer.byteLength(content.body),
    'cache-control': content.caching,
    ...(content.name !== undefined && {
      'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(content.name)}`,
    }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : content.body);
}
