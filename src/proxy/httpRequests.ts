import {
  type ClientRequest,
  type IncomingMessage,
  request as makeRequest,
  type RequestOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';

import { passedOn } from './headers';
import type { Outgoing } from './outgoing';
import { type Refusal, refusalOf } from './refusal';
import { parseAuthority } from './target';

/** Requests that may be repeated, because a kept connection may end while one of them is on its way (RFC 9110, 9.2.1). */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Answers a plain request in the absolute form, `GET http://host.example/ HTTP/1.1`.
 *
 * A client that has ended its side may be gone, or wait for its answer. So the connection to the server is half-closed then:
 * see `halfCloseTimeout`.
 */
export function passRequest(request: IncomingMessage, response: ServerResponse, outgoing: Outgoing): void {
  const { url = '', method = 'GET', headers } = request;
  request.socket.setTimeout(0);
  const [, authority = '', rest = ''] = /^http:\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i.exec(url) ?? [];
  const target = parseAuthority(authority, 80);
  if (!target) {
    sayWhy(response, 400, wanted(url));
    return;
  }
  // Old clients say it instead of `Connection`.
  if (headers['proxy-connection']?.toString().toLowerCase() === 'close') response.shouldKeepAlive = false;
  const isChunked = headers['transfer-encoding'] !== undefined;
  const hasBody = isChunked || (headers['content-length'] ?? '0') !== '0';
  const options: RequestOptions = {
    ...target,
    method,
    agent: outgoing.agent,
    path: rest.startsWith('/') ? rest : `/${rest}`,
    headers: { ...passedOn(request), ...(isChunked && { 'Transfer-Encoding': 'chunked' }), Host: authority },
  };

  const refuse = ({ status, reason }: Pick<Refusal, 'status' | 'reason'>) => {
    // Without a user name and a password.
    outgoing.refused(`${method} ${url.replace(/\/\/[^/?#@]*@/, '//')}`, reason);
    sayWhy(response, status, reason);
  };
  const send = (isLast: boolean): ClientRequest => {
    const passed = makeRequest(options);
    let answer: IncomingMessage | undefined;
    const abandon = () => {
      // An answer may overtake the acknowledgement of its request. The connection is kept all the same.
      if (!answer?.complete || !passed.writableEnded) passed.destroy();
    };
    response.once('close', abandon);
    halfCloseWith(request.socket, passed, () => answer?.complete === true);
    passed.once('response', (incoming) => {
      answer = incoming;
      if (response.headersSent || response.destroyed) return void incoming.destroy();
      try {
        response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, passedOn(incoming));
      } catch (error) {
        // A status such as 099 is read, but not written.
        incoming.destroy();
        refuse({ status: 502, reason: `the answer of the server is not valid: ${String(error)}` });
        return;
      }
      // A cut answer is a cut answer for the client, too: its connection is destroyed.
      pipeline(incoming, response, () => undefined);
    });
    passed.on('error', (error) => {
      response.off('close', abandon);
      // The server has answered before it had the whole request.
      if (response.headersSent || response.destroyed) return;
      const isStale = passed.reusedSocket && !passed.socket?.writableEnded;
      if (!isLast && isStale) return void send(true).end();
      refuse(refusalOf(error));
    });
    return passed;
  };

  const passed = send(hasBody || !safe.has(method));
  if (!hasBody) passed.end();
  else if (headers.expect === undefined) request.pipe(passed);
  else waitForContinue(request, response, passed);
}

/** Half-closes the connection of a request when the client has ended its side, and the answer is not there yet. */
function halfCloseWith(client: Socket, passed: ClientRequest, isAnswered: () => boolean): void {
  const end = () => {
    if (!isAnswered()) passed.socket?.end();
  };
  const endWhenSent = () => {
    if (passed.writableFinished) end();
    else passed.once('finish', end);
  };
  if (client.readableEnded) endWhenSent();
  else client.once('end', endWhenSent);
  // After that, the connection may be used for another request.
  passed.once('close', () => client.off('end', endWhenSent));
}

/** Whether a body is wanted is for the server to say. */
function waitForContinue(request: IncomingMessage, response: ServerResponse, passed: ClientRequest): void {
  passed.once('continue', () => {
    response.writeContinue();
    request.pipe(passed);
  });
  passed.flushHeaders();
}

function wanted(url: string): string {
  if (/^https:/i.test(url)) return 'An https: URL goes through CONNECT; this is what a proxy for https is asked for.';
  return `This is a proxy for http, which wants GET http://<host>/ or CONNECT <host>:<port>, not ${JSON.stringify(url)}.`;
}

function sayWhy(response: ServerResponse, status: number, reason: string): void {
  // Without a message, that of an answer that could not be written would be used.
  response.writeHead(status, STATUS_CODES[status] ?? '', {
    'content-type': 'text/plain; charset=utf-8',
    connection: 'close',
  });
  response.end(`${reason}\n`);
}
