import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';

import { noise } from '../../harness/peers/bytes';
import { restAt, takeAt } from '../../harness/peers/peer';
import { tcpServer } from '../../harness/peers/tcpServer';
import { nextTurn } from '../../harness/time/turns';
import { HttpAgent } from '../../src/node';
import { connected } from './support/connected';
import { closed } from './support/eventLog';
import { allSockets, ourSockets, type Sockets } from './support/sockets';
import { webServer } from '../../harness/peers/webServer';

const host = '127.0.0.1';

async function answerTo(options: RequestOptions, body: string | Buffer = ''): Promise<string> {
  const asked = request({ host, ...options }).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return `${response.statusCode} ${await text(response)}`;
}

/** A connection that writes by hand. */
async function open(sockets: Sockets, port: number): Promise<Socket> {
  const socket = sockets.connect({ host, port });
  await once(socket, 'connect');
  return socket;
}

describe.each(allSockets)('a request, on $name,', (tested) => {
  it('may follow others without waiting for their answers', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((incoming, response) => {
      void text(incoming).then((body) => response.end(`${incoming.url} ${body.length};`));
    });
    const socket = await open(sockets, web.port);
    const lengths = [3, 5_000, 1, 40];
    for (const [index, length] of lengths.entries()) {
      const connection = index === lengths.length - 1 ? 'Connection: close\r\n' : '';
      const headers = `Host: device\r\nContent-Length: ${length}\r\n${connection}`;
      socket.write(`POST /${index} HTTP/1.1\r\n${headers}\r\n${'x'.repeat(length)}`);
    }
    const answers = String(await restAt(socket)).match(/\/\d \d+;/g);
    expect(answers).toEqual(lengths.map((length, index) => `/${index} ${length};`));
  });

  it('of 500 kB gets its answer 413, although the server ends after 10 kB', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const agent = new HttpAgent({ nic: sockets.nic });
    const body = noise(500_000);
    const options = tested.isOurs ? { agent } : {};
    const answered = answerTo({ port: server.endpoint.port, method: 'POST', ...options }, body);
    const peer = await server.accept();
    await takeAt(peer, 10_000);
    peer.end('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo long');
    expect(await answered).toBe('413 too long');
    agent.destroy();
  });

  it('that ends its side gets a long answer, which comes later', async () => {
    await using pair = await connected(tested, { noteData: false });
    const { socket, peer } = pair;
    const answer = noise(30_000);
    const heard = restAt(socket);
    socket.end('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'finish');
    expect(String(await takeAt(peer, 18))).toBe('GET / HTTP/1.0\r\n\r\n');
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    peer.end(answer);
    expect((await heard).equals(answer)).toBe(true);
    await closed(socket);
  });

  it('loses nothing of a header in pieces, and of what comes behind it', async () => {
    await using sockets = await tested.start();
    await using proxy = await tcpServer();
    const agent = new HttpAgent({ nic: sockets.nic });
    const options = tested.isOurs ? { agent } : {};
    const asked = request({ host, port: proxy.endpoint.port, method: 'CONNECT', path: 'a.test:22', ...options }).end();
    const peer = await proxy.accept();
    // The peer speaks first, too.
    for (const piece of ['HTTP/1.1 200 Conn', 'ected\r\nVia: 1', '.1 proxy\r\n\r', '\nSSH-2.0-first\r\n']) {
      peer.write(piece);
      await nextTurn();
    }
    const [, socket, head] = (await once(asked, 'connect')) as [IncomingMessage, Socket, Buffer];
    const rest = restAt(socket);
    peer.end('second');
    expect(String(head) + String(await rest)).toBe('SSH-2.0-first\r\nsecond');
    agent.destroy();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('forty connections at once over five links, on $name,', (tested) => {
  it('are all served: what is kept and idle is given up for the others', async () => {
    await using sockets = await tested.start();
    const webs = await Promise.all(
      Array.from({ length: 20 }, (_, index) => webServer((_incoming, response) => response.end(`host ${index}`))),
    );
    // Twenty are kept by agents, one for each host, and the others are made by hand.
    const agents = webs.map(() => new HttpAgent({ nic: sockets.nic, keepAlive: true }));
    const kept = webs.map(({ port }, index) => answerTo({ port, agent: agents[index] }));
    const byHand = webs.map(({ port }) => {
      const createConnection = () => sockets.connect({ host, port });
      return answerTo({ port, createConnection, headers: { connection: 'close' } });
    });
    const answers = webs.map((_, index) => `200 host ${index}`);
    expect(await Promise.all([...kept, ...byHand])).toEqual([...answers, ...answers]);
    for (const agent of agents) agent.destroy();
    await Promise.all(webs.map((web) => web[Symbol.asyncDispose]()));
  });

  it('fail only after the wait that was asked for, where the links are busy', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const { port } = server.endpoint;
    const busy = await Promise.all([1, 2, 3, 4, 5].map(() => open(sockets, port)));
    const begun = performance.now();
    const refused = Array.from({ length: 35 }, async () => {
      const socket = sockets.connect({ host, port, linkTimeout: 300 });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      return error.code;
    });
    expect(await Promise.all(refused)).toEqual(Array(35).fill('EMFILE'));
    expect(performance.now() - begun).toBeGreaterThan(290);
    for (const socket of busy) socket.destroy();
  });
});

describe.each(overModems)('a connection attempt, on $name,', (tested) => {
  it('is made once, to one address, even if it takes longer than Node.js waits for an address', async () => {
    await using sockets = await tested.start();
    await using server = await tcpServer();
    const tried: string[] = [];
    const socket = sockets.connect({
      host: 'device.test',
      port: server.endpoint.port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 10,
      lookup: (_name, { all }, callback) => {
        const address = [host, '127.0.0.2'].map((each) => ({ address: each, family: 4 }));
        setImmediate(() => (all ? callback(null, address) : callback(null, host, 4)));
      },
    });
    socket.on('connectionAttempt', (address: string) => tried.push(address));
    await Promise.all([once(socket, 'connect'), server.accept()]);
    expect(tried).toEqual([host]);
    socket.destroy();
  });
});
