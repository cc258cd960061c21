import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';

import type { Command } from 'commander';
import followRedirects from 'follow-redirects';

import type { ESP8285 } from '../../esp8285';
import { HttpAgent, HttpsAgent } from '../../node';
import { usageFailure } from '../console/exitCodes';
import { namedFile } from '../options/namedFile';

// A CommonJS module, whose exports ES modules do not find by name.
const { http, https } = followRedirects;

/** The options for TLS, which `get` and `put` have. */
export interface TrustOptions {
  /** A file with the certificates of authorities, in PEM. */
  readonly ca?: string;
}

export function addTrustOptions(command: Command): Command {
  return command.option('--ca <file>', 'trust the authorities in this file (PEM) instead of the usual ones');
}

/** The answer of a web server. */
export interface WebAnswer {
  readonly response: IncomingMessage;
  /** When the connection over which it has come was open, by `performance.now()`. */
  readonly since: number;
}

/** Asks web servers through an interface. */
export interface WebClient {
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /**
   * Asks for a page, and follows redirects. The user name and the password of the URL are for its own server only. Rejects
   * when there is no answer, or when the signal aborts.
   */
  get(url: URL, headers: OutgoingHttpHeaders): Promise<WebAnswer>;
}

/** Makes a client whose connections go through the interface. They are encrypted on this machine. */
export async function webClient(nic: ESP8285, { ca }: TrustOptions, signal: AbortSignal): Promise<WebClient> {
  const trusted = ca === undefined ? {} : { ca: (await namedFile(ca, '--ca')).toString() };
  const agents = { http: new HttpAgent({ nic }), https: new HttpsAgent({ nic, ...trusted }) };
  return {
    agents,
    async get(url, headers) {
      const protocol = url.protocol === 'https:' ? https : http;
      const request = protocol.get(url, {
        headers: { ...headers, ...credentials(url) },
        agents,
        maxRedirects: 10,
        beforeRedirect: ({ protocol: scheme, host, headers: passed }: RequestOptions) => {
          const isSameServer = `${scheme ?? ''}//${host ?? ''}` === url.origin;
          if (!isSameServer && passed && 'authorization' in passed) delete passed.authorization;
        },
      });
      // After the answer, a failure is one of the answer.
      request.on('error', () => undefined);
      let since = performance.now();
      const opened = () => (since = performance.now());
      request.on('socket', (socket: Socket) => socket.once('connect', opened).once('secureConnect', opened));
      const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
      return { response, since };
    },
  };
}

/** The header with the user name and the password of a URL. follow-redirects does not look for them in a `URL`. */
function credentials(url: URL): OutgoingHttpHeaders {
  const { auth } = urlToHttpOptions(url);
  return auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

/** Parses a URL of the web. Throws a usage failure. */
export function webUrl(text: string): URL {
  let url: URL | undefined;
  try {
    // `URL` drops line ends, and would ask for something else.
    url = /[\0-\x20\x7f]/.test(text) ? undefined : new URL(text);
  } catch {
    url = undefined;
  }
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw usageFailure(
      `${JSON.stringify(text)} is not a URL of http or https; try http://host.example/ or https://host.example/`,
    );
  }
  return url;
}

/** A URL for messages, without a user name and a password. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
