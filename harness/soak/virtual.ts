import { concatMap, map, type Observable, toArray } from 'rxjs';

import type { FirmwareVersion } from '../../src/emulator';
import { virtualModem, type VirtualModemOptions } from '../../src/testing';
import type { Socket } from '../../src/usocket';
import { nextTurn } from '../time/turns';

const peer = ['192.168.1.9', 80] as const;
export const peerName = '192.168.1.9:80';

/** The speed of the line in virtual time, in bits per second. */
const baud = 115_200;

/** A realistic modem: it has the speed and the latencies of a real one, and unsolicited messages come at awkward places. */
export function pacedModem(
  firmware: FirmwareVersion,
  options: Omit<VirtualModemOptions, 'firmware'>,
): ReturnType<typeof virtualModem> {
  return virtualModem({ firmware, baud, latency: 1, ...options });
}

/** To be awaited after each run in virtual time: what is referred to weakly is kept until then, 200 KB of each run. */
export const runOver = nextTurn;

/** Connects the socket, then emits it. */
export function connected(socket: Socket): Observable<Socket> {
  return socket.connect$(peer).pipe(concatMap(() => [socket]));
}

/** Emits all chunks as one buffer at the end. */
export function joined(chunks$: Observable<Uint8Array>): Observable<Buffer> {
  return chunks$.pipe(
    toArray(),
    map((chunks) => Buffer.concat(chunks)),
  );
}
