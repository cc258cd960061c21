import { createHash } from 'node:crypto';
import { memoryUsage } from 'node:process';
import { BehaviorSubject, map, tap } from 'rxjs';

import { type Connection, type FirmwareVersion, type Network, socketsNetwork } from '../../src/emulator';
import { addressOf, virtualModem } from '../interfaces/interfaces';
import { until } from '../peers/peer';
import { tcpServer } from '../peers/tcpServer';
import { within } from '../time/limits';
import { megabytes, sayAll } from './bulk';

export interface SlowReaderOptions {
  /** Bytes of the transfer. */
  readonly size: number;
  readonly print: (line: string) => void;
}

/** Bytes that the socket may hold. */
const receiveBuffer = 65_536;
/** The modem's window, and what Node.js hands it in one piece. */
const modem = 5840 + 65_536;
/** The most that the modem and the socket hold of what they have taken from the sender. */
const heldBound = receiveBuffer + modem;
/** What the operating system's buffers of both ends hold besides. */
const systemBound = 8_000_000;
/** By how much the memory of the process may grow. */
const memoryBound = 60_000_000;
/** Milliseconds within which the modem must fill the socket again. */
const patience = 30_000;

interface Figures {
  readonly seconds: number;
  readonly isWhole: boolean;
  /** The most bytes that the modem had taken and the reader had not read. */
  readonly held: number;
  /** The most bytes that the sender's stack had taken and the reader had not read. */
  readonly ahead: number;
  /** The most bytes by which the process grew. */
  readonly memory: number;
}

/**
 * Transfers, with adaptive receive, to the slowest possible reader: before each read it waits until the socket is full.
 *
 * @returns Whether everything arrived, the sender was held back, and the memory stayed within its bounds.
 */
export async function slowReader({ size, print }: SlowReaderOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of ['1.7.4', '2.2.2'] as const) {
    const { seconds, isWhole, held, ahead, memory } = await transfer(firmware, size);
    const broken = [
      ...(isWhole ? [] : ['not everything arrived']),
      ...(held <= heldBound ? [] : [`more than ${heldBound} bytes were held`]),
      // A transfer that fits into these buffers cannot show this.
      ...(ahead <= heldBound + systemBound ? [] : ['the sender was not held back']),
      ...(memory <= memoryBound ? [] : [`more than ${megabytes(memoryBound)} MB of memory`]),
    ];
    print(
      `AT ${firmware}: ${megabytes(size)} MB in ${seconds.toFixed(1)} s; modem and socket held ${held} bytes at most ` +
        `(bound ${heldBound}), the sender was ${megabytes(ahead)} MB ahead at most (with the system's buffers), ` +
        `memory grew by ${megabytes(memory)} MB${broken.length > 0 ? `: ${broken.join(', ')}` : ''}`,
    );
    isFine &&= broken.length === 0;
  }
  return isFine;
}

async function transfer(firmware: FirmwareVersion, size: number): Promise<Figures> {
  const sent = createHash('sha256');
  const got = createHash('sha256');
  const taken = new BehaviorSubject(0);
  const network = counting((bytes) => {
    taken.next(taken.value + bytes);
  });
  await using server = await tcpServer();
  await using net = await virtualModem(`AT ${firmware}`, { firmware, latency: 0, network }).start();
  await using socket = net.usocket.socket(net.usocket.AF_INET, net.usocket.SOCK_STREAM, 0, { receiveBuffer });
  const [peer] = await Promise.all([server.accept(), socket.connect(addressOf(server))]);
  const baseline = memoryUsage.rss();
  const most = { held: 0, ahead: 0, memory: 0 };
  const begun = performance.now();
  let had = 0;
  const full = async (): Promise<void> => {
    await until(taken, (bytes) => bytes === size || bytes - had >= receiveBuffer);
  };
  const stuck = (): void => {
    throw new Error(`AT ${firmware}: only ${taken.value - had} bytes were held after ${patience} ms`);
  };
  const saying = sayAll(peer, size, (block) => sent.update(block));
  for (;;) {
    await within(patience, full(), stuck);
    const chunk = await socket.recv(4096);
    if (chunk.length === 0) break;
    most.held = Math.max(most.held, taken.value - had);
    most.ahead = Math.max(most.ahead, peer.bytesWritten - peer.writableLength - had);
    most.memory = Math.max(most.memory, memoryUsage.rss() - baseline);
    had += chunk.length;
    got.update(chunk);
  }
  await saying;
  const isWhole = had === size && got.digest('hex') === sent.digest('hex');
  return { seconds: (performance.now() - begun) / 1000, isWhole, ...most };
}

/** The network of this machine, which counts the bytes that the modem takes from it. */
function counting(count: (bytes: number) => void): Network {
  const counted = (connection: Connection): Connection => ({
    ...connection,
    data$: connection.data$.pipe(tap(({ length }) => count(length))),
  });
  return { ...socketsNetwork, connect: (to, tls) => socketsNetwork.connect(to, tls).pipe(map(counted)) };
}
