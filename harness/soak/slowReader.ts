import { createHash } from 'node:crypto';
import type { Socket as Peer } from 'node:net';
import { memoryUsage } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { map, tap } from 'rxjs';

import { addressOf, virtualModem } from '../interfaces/interfaces';
import { tcpServer } from '../peers/tcpServer';
import { type Connection, type FirmwareVersion, type Network, socketsNetwork } from '../../src/emulator';
import { payload } from './payload';

export interface SlowReaderOptions {
  /** Bytes of the transfer. */
  readonly size: number;
  /** How much slower than it could the reader reads. Default: ten times. */
  readonly slowness?: number;
  readonly print: (line: string) => void;
}

/** Bytes that the socket may hold. */
const receiveBuffer = 65_536;
/** The modem's window, and what Node.js hands it in one piece. */
const modem = 5840 + 65_536;
/** What the modem and the socket hold of what the sender's stack has handed over, at most. */
const heldBound = receiveBuffer + modem;
/** What the operating system's buffers of both ends hold besides. */
const systemBound = 8_000_000;
/** By how much the memory of the process may grow. */
const memoryBound = 60_000_000;

interface Figures {
  readonly seconds: number;
  readonly isWhole: boolean;
  /** Bytes that the modem had taken and the reader had not had, at most. */
  readonly held: number;
  /** Bytes that the peer's stack had taken and the reader had not had, at most. */
  readonly apart: number;
  /** By how many bytes the process grew at most. */
  readonly memory: number;
}

/**
 * Transfers to a reader at a tenth of what the sender could do, through passive receive; gives whether all arrived, the
 * sender was held back, and the memory stayed within its bounds.
 */
export async function slowReader({ size, slowness = 10, print }: SlowReaderOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of ['1.7.4', '2.2.2'] as const) {
    const fast = await transfer(firmware, size, 0);
    const slow = await transfer(firmware, size, (fast.seconds * slowness) / size);
    const broken = [
      ...(fast.isWhole && slow.isWhole ? [] : ['not everything arrived']),
      ...(slow.held <= heldBound ? [] : [`more than ${heldBound} bytes were held`]),
      // Of a transfer that is not longer than that, it says nothing.
      ...(slow.apart <= heldBound + systemBound ? [] : ['the sender was not held back']),
      ...(slow.memory <= memoryBound ? [] : [`more than ${megabytes(memoryBound)} MB of memory`]),
    ];
    print(
      `AT ${firmware}: ${megabytes(size)} MB in ${slow.seconds.toFixed(1)} s (${fast.seconds.toFixed(1)} s unhindered); ` +
        `modem and socket held ${slow.held} bytes at most (bound ${heldBound}), the sender was ` +
        `${megabytes(slow.apart)} MB ahead at most (with the system's buffers), ` +
        `memory grew by ${megabytes(slow.memory)} MB${broken.length > 0 ? `: ${broken.join(', ')}` : ''}`,
    );
    isFine &&= broken.length === 0;
  }
  return isFine;
}

async function transfer(firmware: FirmwareVersion, size: number, secondsPerByte: number): Promise<Figures> {
  const sent = createHash('sha256');
  const got = createHash('sha256');
  await using server = await tcpServer();
  let taken = 0;
  const network = counting((bytes) => (taken += bytes));
  await using net = await virtualModem(`AT ${firmware}`, { firmware, latency: 0, network }).start();
  await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_STREAM, 0, { receiveBuffer });
  const [peer] = await Promise.all([server.accept(), socket.connect(addressOf(server))]);
  const baseline = memoryUsage.rss();
  const most = { held: 0, apart: 0, memory: 0 };
  const begun = performance.now();
  sayAll(peer, size, (block) => sent.update(block));
  const seconds = (): number => (performance.now() - begun) / 1000;
  let had = 0;
  for (let chunk = await socket.recv(4096); chunk.length > 0; chunk = await socket.recv(4096)) {
    most.held = Math.max(most.held, taken - had);
    most.apart = Math.max(most.apart, peer.bytesWritten - peer.writableLength - had);
    most.memory = Math.max(most.memory, memoryUsage.rss() - baseline);
    had += chunk.length;
    got.update(chunk);
    const early = had * secondsPerByte - seconds();
    // A timer takes a millisecond at least.
    if (early > 0.001) await delay(early * 1000);
  }
  const isWhole = had === size && got.digest('hex') === sent.digest('hex');
  return { seconds: seconds(), isWhole, ...most };
}

/** Says so many bytes as fast as it can, and closes. */
function sayAll(peer: Peer, size: number, saying: (block: Buffer) => unknown): void {
  let left = size;
  const send = (): void => {
    while (left > 0) {
      const block = payload(Math.min(left, 65_536), left);
      left -= block.length;
      saying(block);
      if (!peer.write(block)) return;
    }
    peer.end();
  };
  peer.on('drain', send);
  send();
}

/** The network of this machine, telling how many bytes the modem takes off it. */
function counting(count: (bytes: number) => void): Network {
  const counted = (connection: Connection): Connection => ({
    ...connection,
    data$: connection.data$.pipe(tap(({ length }) => count(length))),
  });
  return { ...socketsNetwork, connect: (to, tls) => socketsNetwork.connect(to, tls).pipe(map(counted)) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
