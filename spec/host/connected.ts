import type { Socket } from 'node:net';
import { BehaviorSubject, firstValueFrom, lastValueFrom } from 'rxjs';

import { HostNic } from '../../src/host';
import type { StreamLink } from '../../src/usocket/contract/nic';
import type { TcpServer } from '../../harness/peers/tcpServer';

/** The room of a reader that takes whatever comes. */
export const plenty$ = new BehaviorSubject(1 << 20);

/** Connects to a server, and gives both ends. */
export async function connected(server: TcpServer, nic = new HostNic()): Promise<[StreamLink, Socket]> {
  return Promise.all([firstValueFrom(nic.openStream(server.endpoint)), server.accept()]);
}

/** Sends bytes in as many pieces as the link wants. */
export async function sendAll(link: StreamLink, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; from += link.maxSend)
    await lastValueFrom(link.send(bytes.subarray(from, from + link.maxSend)), { defaultValue: undefined });
}

/** Closes a link, and resolves when it is closed. */
export const closed = (link: StreamLink) => lastValueFrom(link.close(), { defaultValue: 'closed' });
