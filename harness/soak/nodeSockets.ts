import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpuUsage, memoryUsage } from 'node:process';

import type { FirmwareVersion } from '../../src/emulator';
import { connect } from '../../src/node';
import { addressOf, type RunningInterface, virtualModem } from '../interfaces/interfaces';
import { tcpServer, type TcpServer } from '../peers/tcpServer';
import { megabytes, sayAll } from './bulk';

export interface NodeSocketsOptions {
  /** Bytes of each transfer. */
  readonly size: number;
  /** How often each transfer is made. The medians count. */
  readonly runs: number;
  readonly firmwares?: readonly FirmwareVersion[];
  readonly print: (line: string) => void;
}

/** By how much the memory of the process may grow. */
const memoryBound = 60_000_000;
/** How many bytes a `net.Socket` is given at a time by the operating system. */
const readSize = 65_536;

interface Figures {
  readonly isWhole: boolean;
  /** Seconds of the whole transfer. */
  readonly seconds: number;
  /** Seconds of the processor: of the driver, of the virtual modem and of the peer. */
  readonly processor: number;
  /** The most bytes by which the process grew. */
  readonly memory: number;
}

/** Reads a transfer to its end, and tells of each piece. */
type Reader = (net: RunningInterface, server: TcpServer, take: (chunk: Uint8Array) => void) => Promise<void>;

/**
 * Transfers the same bytes with `recv` and with the socket of `rx-usocket/node`, in turns, over a line without a speed.
 *
 * @returns Whether everything arrived, and the memory stayed within its bounds. The speed is printed only.
 */
export async function nodeSockets({ size, runs, firmwares, print }: NodeSocketsOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares ?? (['1.5', '1.7.4', '2.2.2'] as const)) {
    const all: Record<'recv' | 'connect', Figures[]> = { recv: [], connect: [] };
    for (let run = 0; run < runs; run++) {
      all.recv.push(await transfer(firmware, size, byRecv));
      all.connect.push(await transfer(firmware, size, byConnect));
    }
    const [recv, socket] = [summary(all.recv), summary(all.connect)];
    const broken = [
      ...(recv.isWhole && socket.isWhole ? [] : ['not everything arrived']),
      ...(socket.memory <= memoryBound ? [] : [`more than ${megabytes(memoryBound)} MB of memory`]),
    ];
    print(
      `AT ${firmware}: ${megabytes(size)} MB with recv in ${recv.seconds.toFixed(1)} s (processor ` +
        `${recv.processor.toFixed(1)} s), with connect() in ${socket.seconds.toFixed(1)} s (${socket.processor.toFixed(1)} s, ` +
        `${Math.round((socket.processor / recv.processor) * 100)} %); memory grew by ${megabytes(recv.memory)} MB and ` +
        `${megabytes(socket.memory)} MB${broken.length > 0 ? `: ${broken.join(', ')}` : ''}`,
    );
    isFine &&= broken.length === 0;
  }
  return isFine;
}

const byRecv: Reader = async ({ usocket }, server, take) => {
  await using socket = usocket.socket();
  await socket.connect(addressOf(server));
  for (;;) {
    const chunk = await socket.recv(readSize);
    if (chunk.length === 0) return;
    take(chunk);
  }
};

const byConnect: Reader = async ({ nic }, server, take) => {
  const { address: host, port } = server.endpoint;
  const socket = connect({ host, port, nic });
  socket.on('data', take);
  await once(socket, 'close');
};

async function transfer(firmware: FirmwareVersion, size: number, read: Reader): Promise<Figures> {
  await using server = await tcpServer();
  await using net = await virtualModem(`AT ${firmware}`, { firmware, latency: 0 }).start();
  const sent = createHash('sha256');
  const got = createHash('sha256');
  const baseline = memoryUsage.rss();
  let memory = 0;
  let unmeasured = 0;
  const begun = performance.now();
  const before = cpuUsage();
  const saying = server.accept().then((peer) => sayAll(peer, size, (block) => sent.update(block)));
  await Promise.all([
    saying,
    read(net, server, (chunk) => {
      got.update(chunk);
      unmeasured += chunk.length;
      if (unmeasured < 1_000_000) return;
      unmeasured = 0;
      memory = Math.max(memory, memoryUsage.rss() - baseline);
    }),
  ]);
  const { user, system } = cpuUsage(before);
  return {
    isWhole: got.digest('hex') === sent.digest('hex'),
    seconds: (performance.now() - begun) / 1000,
    processor: (user + system) / 1e6,
    memory,
  };
}

function summary(all: readonly Figures[]): Figures {
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    isWhole: all.every(({ isWhole }) => isWhole),
    seconds: median(all.map(({ seconds }) => seconds)),
    processor: median(all.map(({ processor }) => processor)),
    memory: Math.max(...all.map(({ memory }) => memory)),
  };
}
