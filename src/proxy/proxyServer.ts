import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

import { connect, HttpAgent, type LinkOptions } from '../node';
import { passRequest } from './httpRequests';
import { openTunnel, refuse } from './httpTunnel';
import { afterAnswers, inTurn, owedAnswer } from './inTurn';
import type { Outgoing } from './outgoing';
import { answerSocks, refuseSocks4, socks4, socks5 } from './socks';

/** How a proxy uses its interface, and what it tells. */
export interface ProxyOptions extends LinkOptions {
  /** Told of each request that cannot be carried out. */
  readonly refused?: (what: string, reason: string) => void;
}

/** How long a client may be silent before its request is there, in milliseconds. */
const longestSilence = 30_000;

/**
 * Makes a proxy whose connections go through a network interface. It speaks SOCKS5 and HTTP on one port, because the first
 * byte says which of them a client speaks. It does not listen yet.
 */
export function proxyServer({ refused = () => undefined, ...link }: ProxyOptions): Server {
  const outgoing: Outgoing = {
    // A request waits for a link as any other connection does, and not in the queue of the agent, where no wait ends.
    agent: new HttpAgent({ ...link, keepAlive: true, maxTotalSockets: Infinity }),
    connect: (target) => connect({ ...link, ...target }),
    refused,
  };
  const web = httpProxy(outgoing);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => undefined).setTimeout(longestSilence, () => void client.destroy());
    client.once('readable', () => {
      const first = client.read(1) as Buffer | null;
      if (!first) return void client.destroy();
      client.unshift(first);
      if (first[0] === socks5) answerSocks(client, outgoing);
      else if (first[0] === socks4) refuseSocks4(client, outgoing);
      else web.emit('connection', client);
    });
  });
  return server.once('close', () => {
    outgoing.agent.destroy();
  });
}

function httpProxy(outgoing: Outgoing) {
  const pass: RequestListener = (request, response) => {
    inTurn(request, response, () => passRequest(request, response, outgoing));
  };
  // A request over a slow line may take longer than any limit, and its client knows how long it wants to wait.
  const server = createHttpServer({ requestTimeout: 0 });
  return answerHalfClosed(server)
    .on('request', pass)
    .on('checkContinue', pass)
    .on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
      if (owedAnswer(client)) {
        // `node:http` has let the connection go, and would write the answer into the tunnel.
        outgoing.refused(
          `CONNECT ${request.url}`,
          'the client has not waited for the answer to its request before that',
        );
        client.destroy();
      } else {
        afterAnswers(client, () => {
          openTunnel(request, client, head, outgoing);
        });
      }
    })
    .on('clientError', (error: NodeJS.ErrnoException, client: Socket) => {
      const isHuge = error.code === 'HPE_HEADER_OVERFLOW';
      const reason = isHuge ? 'The headers are too large.' : `This is no request: ${error.message}`;
      const answer = () => {
        refuse(client, isHuge ? 431 : 400, reason);
      };
      const last = owedAnswer(client);
      if (!last) afterAnswers(client, answer);
      else if (last.req.complete) {
        // Whatever else comes is no request, either.
        client.pause();
        afterAnswers(client, answer);
      } else if (last.socket && !last.headersSent) answer();
      // The body of a request is cut off, and this would be read as another answer.
      else client.destroy();
    });
}

/**
 * Makes a server answer clients that have ended their sides, as `printf 'GET …' | nc` does. Node.js has this property since
 * its first versions (`lib/_http_server.js`), but not in its documents. Without it, such a client gets no answer.
 */
function answerHalfClosed(server: HttpServer): HttpServer {
  return Object.assign(server, { httpAllowHalfOpen: true });
}
