import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';
import { defer, EMPTY, NEVER, of, Subject, Subscription, throwError, timer } from 'rxjs';

import { HttpAgent } from '../../src/node';
import { ProgramTime } from '../../src/system/programTime';
import type { Nic, StreamLink } from '../../src/usocket/contract/nic';
import { callError } from '../../src/usocket/contract/osError';

/** The time of the agents, too. */
const time = new ProgramTime();

interface EndingInterface {
  readonly nic: Nic;
  /** The bodies of the requests that were heard, also on connections that had ended. */
  readonly heard: string[];
}

/** An interface whose peers answer each request, and end the connection that many milliseconds after the answer. */
function endingInterface(delay: number): EndingInterface {
  const heard: string[] = [];
  const open = (): StreamLink => {
    const answers = new Subject<Uint8Array>();
    let asked = '';
    let hasEnded = false;
    const ending = new Subscription();
    return {
      remote: { address: '192.168.1.9', port: 80 },
      maxSend: 2048,
      receive: () => answers,
      send: (bytes) =>
        defer(() => {
          asked += String(Buffer.from(bytes));
          const [, body] = /\r\n\r\n(\w)$/.exec(asked) ?? [];
          if (body === undefined) return of(undefined);
          asked = '';
          heard.push(body);
          if (hasEnded) {
            return throwError(() => callError('send', 'ECONNRESET', 'the connection has ended'));
          }
          answers.next(Buffer.from('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'));
          // The server has ended it now. The interface hears of that later.
          hasEnded = true;
          if (delay === 0) answers.complete();
          else ending.add(timer(delay, time).subscribe(() => answers.complete()));
          return of(undefined);
        }),
      configure: () => EMPTY,
      close: () => {
        ending.unsubscribe();
        return EMPTY;
      },
    };
  };
  const nic: Nic = {
    name: 'ending',
    maxDatagram: 0,
    resolve: () => NEVER,
    openStream: () => defer(() => of(open())),
    openDatagram: () => NEVER,
    listen: () => NEVER,
    checkSettings: () => EMPTY,
  };
  return { nic, heard };
}

/** Keeps the event loop from running. */
function beBusy(milliseconds: number): void {
  for (const begun = performance.now(); performance.now() - begun < milliseconds;);
}

describe.each([
  [0, 0],
  [5, 0],
  [5, 20],
])(
  'a server that ends a kept connection %d ms behind its answer, and a program that is busy for %d ms',
  (delay, busy) => {
    it.each([1, 2])('fails no request, and hears none twice, with %d connections', async (maxSockets) => {
      const { nic, heard } = endingInterface(delay);
      const agent = new HttpAgent({ nic, keepAlive: true, maxSockets });
      const post = async (body: string) => {
        const asked = request({ host: '192.168.1.9', port: 80, method: 'POST', agent }).end(body);
        const [response] = (await once(asked, 'response')) as [IncomingMessage];
        const answer = await text(response);
        beBusy(busy);
        return answer;
      };
      // Some wait for the connection, and others come when the answer has just been read.
      const bodies = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      const answers = await Promise.all(bodies.slice(0, 4).map(post));
      for (const body of bodies.slice(4)) answers.push(await post(body));
      expect(answers).toEqual(bodies.map(() => 'ok'));
      expect([...heard].sort()).toEqual(bodies);
      const kept = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
      const closed = Promise.all(kept.map((socket) => once(socket, 'close')));
      agent.destroy();
      await closed;
    });
  },
);

describe('a connection that the program has ended within a request', () => {
  it('is closed after the answer, although its server keeps it open', async () => {
    const { nic } = endingInterface(60_000);
    const agent = new HttpAgent({ nic, keepAlive: true });
    const asked = request({ host: '192.168.1.9', port: 80, method: 'POST', agent }).end('a');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const { socket } = response;
    const closed = once(socket, 'close');
    socket.end();
    expect(await text(response)).toBe('ok');
    await closed;
    expect(Object.keys(agent.freeSockets)).toEqual([]);
  });
});
