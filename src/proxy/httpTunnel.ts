import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { endGently, join } from './join';
import type { Outgoing } from './outgoing';
import { refusalOf } from './refusal';
import { parseAuthority } from './target';

/** Answers `CONNECT`: a connection to the target, and bytes in both directions. */
export function openTunnel(request: IncomingMessage, client: Socket, head: Buffer, outgoing: Outgoing): void {
  const { url = '' } = request;
  const target = parseAuthority(url);
  if (!target) {
    refuse(client, 400, `CONNECT wants <host>:<port>, not ${JSON.stringify(url)}`);
    return;
  }
  // What came after the header belongs to the peer.
  if (head.length > 0) client.unshift(head);
  const link = outgoing.connect(target);
  join(client, link, {
    opened: () => void client.write('HTTP/1.1 200 Connection established\r\nVia: 1.1 rx-usocket\r\n\r\n'),
    failed: (error) => {
      const { status, reason } = refusalOf(error);
      outgoing.refused(`CONNECT ${url}`, reason);
      refuse(client, status, reason);
    },
  });
}

/** Answers on a connection that `node:http` has handed over. */
export function refuse(client: Socket, status: number, reason: string): void {
  if (!client.writable) return void client.destroy();
  const body = `${reason}\n`;
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  client.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
  endGently(client);
}
