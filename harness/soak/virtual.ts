import { concatMap, map, type Observable, toArray } from 'rxjs';

import type { FirmwareVersion } from '../../src/emulator';
import { virtualModem, type VirtualModemOptions } from '../../src/testing';
import type { Socket } from '../../src/usocket';

const peer = ['192.168.1.9', 80] as const;
export const peerName = '192.168.1.9:80';

/** The speed of the line in virtual time, in bits per second. */
const baud = 115_200;

/** A modem as it is: at its line's speed, with its latencies, and messages at awkward places. */
export function pacedModem(
  firmware: FirmwareVersion,
  options: Omit<VirtualModemOptions, 'firmware'>,
): ReturnType<typeof virtualModem> {
  return virtualModem({ firmware, baud, latency: 1, ...options });
}

/** Connects and emits the socket. */
export function connected(socket: Socket): Observable<Socket> {
  return socket.connect$(peer).pipe(concatMap(() => [socket]));
}

/** Joins all chunks. */
export function joined(chunks$: Observable<Uint8Array>): Observable<Buffer> {
  return chunks$.pipe(
    toArray(),
    map((chunks) => Buffer.concat(chunks)),
  );
}
