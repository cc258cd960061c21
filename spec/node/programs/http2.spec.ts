import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';

import { describe, expect, it } from '@jest/globals';

import { noise } from '../../../harness/peers/bytes';
import { signed } from '../../../harness/peers/certificate';
import { closed, errorOf } from '../support/eventLog';
import { ourSockets, type Sockets } from '../support/sockets';

const host = '127.0.0.1';

/** Sends the body of each request back, and never answers `/silent`. */
async function served(server: Http2Server) {
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session.on('error', () => undefined)));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[':path'] === '/silent') return;
    stream.respond({ ':status': 200, path: headers[':path'] });
    stream.pipe(stream);
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP/2 session through the interface, without encryption. */
function plain(sockets: Sockets, port: number): ClientHttp2Session {
  return connect(`http://${host}:${port}`, { createConnection: () => sockets.connect({ host, port }) });
}

/** An HTTP/2 session through the interface that is encrypted on this machine. */
function encrypted(sockets: Sockets, port: number): ClientHttp2Session {
  const createConnection = () =>
    connectTls({
      socket: sockets.connect({ host, port }),
      ca: signed.authority,
      servername: 'tls.example',
      ALPNProtocols: ['h2'],
    });
  return connect(`https://tls.example:${port}`, { createConnection });
}

async function echo(session: ClientHttp2Session, path: string, body: Buffer): Promise<Buffer> {
  const stream = session.request({ ':method': 'POST', ':path': path });
  stream.end(body);
  const [[headers], answer] = (await Promise.all([once(stream, 'response'), buffer(stream)])) as [
    [Record<string, unknown>],
    Buffer,
  ];
  expect([headers[':status'], headers['path']]).toEqual([200, path]);
  return answer;
}

async function close(session: ClientHttp2Session): Promise<void> {
  const over = closed(session);
  session.close();
  await over;
}

describe.each(ourSockets)('HTTP/2, on $name,', (tested) => {
  it.each(['plain', 'encrypted'] as const)('carries several requests at once on one connection, %s', async (kind) => {
    await using sockets = await tested.start();
    const { cert, key } = signed;
    await using server = await served(kind === 'plain' ? createServer() : createSecureServer({ cert, key }));
    const session = kind === 'plain' ? plain(sockets, server.port) : encrypted(sockets, server.port);
    const bodies = [noise(20_000), noise(10_000), noise(300)];
    const answers = await Promise.all(bodies.map((body, index) => echo(session, `/${index}`, body)));
    expect(answers.map((answer, index) => answer.equals(bodies[index]!))).toEqual([true, true, true]);
    const [error] = await new Promise<unknown[]>((resolve) => session.ping((...result) => resolve(result)));
    expect(error).toBeNull();
    await close(session);
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('HTTP/2, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and connects again', async () => {
    await using sockets = await tested.start();
    await using server = await served(createServer());
    const session = plain(sockets, server.port);
    const waiting = session.request({ ':path': '/silent' });
    await once(session, 'remoteSettings');
    const failed = Promise.all([errorOf(session), errorOf(waiting), closed(session)]);
    sockets.restart();
    const [ofSession, ofRequest] = await failed;
    expect([ofSession.code, ofRequest.code]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await sockets.isBack()).toBe(true);
    const next = plain(sockets, server.port);
    const stream = next.request({ ':method': 'POST', ':path': '/' }).end('again');
    expect(await text(stream)).toBe('again');
    await close(next);
  });
});
