import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';

import { CommandFailure, exitCodes, messageWithCause } from '../console/exitCodes';
import { countSent, type Meter } from './meter';
import { shownUrl, type WebClient } from './webClient';

/** What an upload needs. */
export interface UploadOptions {
  readonly client: WebClient;
  readonly url: URL;
  readonly method: string;
  readonly body: Readable;
  /** How many bytes the body has; `undefined` if that is not known. */
  readonly size: number | undefined;
  readonly measured: Meter;
  readonly signal: AbortSignal;
}

/** How long a server may think about whether it wants the body, in milliseconds. Old servers do not answer to that. */
const patience = 2_000;

/** "Expectation Failed": the status of a server that does not want to be asked. */
const notAsked = 417;

/**
 * Sends a body to a web server, and resolves to its answer. The server is asked first whether it wants the body, because that
 * takes a round trip, and a body may take minutes. If it refuses to be asked, it is not. If it answers before it has all of the
 * body, the upload ends.
 *
 * Rejects when the connection fails before there is an answer.
 */
export async function upload(options: UploadOptions): Promise<IncomingMessage> {
  const { url, body, measured } = options;
  try {
    const answer = await attempt(options, true);
    if (answer.statusCode !== notAsked || body.readableDidRead) return answer;
    // RFC 9110, section 10.1.1: the request is repeated without the question.
    answer.destroy();
    return await attempt(options, false);
  } catch (cause) {
    const why = messageWithCause(cause);
    const message = `${shownUrl(url)}: the upload has failed after ${measured.count().toLocaleString('en')} bytes: ${why}`;
    throw new CommandFailure(message, exitCodes.failed, { cause });
  } finally {
    body.destroy();
  }
}

/** @param asks Whether the server is asked first. */
async function attempt(options: UploadOptions, asks: boolean): Promise<IncomingMessage> {
  const { client, url, method, body, size, measured, signal } = options;
  const make = url.protocol === 'https:' ? secureRequest : plainRequest;
  const request = make(url, {
    method,
    agent: url.protocol === 'https:' ? client.agents.https : client.agents.http,
    headers: {
      'user-agent': 'rx-usocket',
      'content-type': 'application/octet-stream',
      ...(asks && { expect: '100-continue' }),
      ...(size === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': size }),
    },
  });
  const settled = new AbortController();
  const answered = once(request, 'response', { signal }) as Promise<[IncomingMessage]>;
  // A failure of the connection after that is no failure of the upload.
  request.on('error', () => undefined);
  try {
    if (asks) {
      request.flushHeaders();
      const waiting = { signal: settled.signal };
      const wanted = Promise.race([once(request, 'continue', waiting), setTimeout(patience, undefined, waiting)]);
      const early = await Promise.race([answered, wanted.then(() => undefined)]);
      if (early) return early[0];
    }
    body.once('error', (error) => void request.destroy(error));
    measured.restart();
    const sending = body.pipe(countSent(measured, request));
    const sent = finished(sending).catch(() => undefined);
    const [response] = await answered;
    // The answer may be quicker than the modem, which has to say that the end has been sent.
    if (body.readableEnded) await sent;
    // The answer ends the upload. To destroy the request would destroy the answer, too.
    body.unpipe(sending);
    return response;
  } finally {
    settled.abort();
  }
}
