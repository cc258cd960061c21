import { once } from 'node:events';
import { memoryUsage } from 'node:process';
import { queryObjects } from 'node:v8';
import { Subscriber } from 'rxjs';

import { addressOf, virtualModem } from '../interfaces/interfaces';
import { takeAt } from '../peers/peer';
import { tcpServer } from '../peers/tcpServer';
import { turnUntil } from '../time/turns';
import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { payload } from './payload';
import { megabytes } from './bulk';

export interface CyclesOptions {
  readonly cycles: number;
  /** The number of cycles after which nothing may grow. */
  readonly warmUp: number;
  readonly firmwares?: readonly FirmwareVersion[];
  readonly print: (line: string) => void;
}

/** What a process holds. */
export interface Holding {
  /** Bytes in use after a garbage collection. */
  readonly heap: number;
  /** Sockets, timers, and everything else that keeps the process alive. */
  readonly handles: number;
  /** Subscribers of observables that are still in memory. */
  readonly subscriptions: number;
}

/** By how much each may grow after the warm-up. The heap also holds compiled code, whose size still changes a little. */
const tolerance: Holding = { heap: 1_000_000, handles: 0, subscriptions: 0 };

/** Bytes of a transfer in each direction. */
const size = 500;
/** Milliseconds within which handles that have been closed must be gone. On a busy machine this takes longer. */
const settling = 2000;

/**
 * Connects, transfers and closes over and over.
 *
 * @returns Whether nothing has grown after the warm-up.
 */
export async function cycles({
  cycles: count,
  warmUp,
  firmwares = firmwareVersions,
  print,
}: CyclesOptions): Promise<boolean> {
  let isFine = true;
  for (const firmware of firmwares) {
    const [before, after] = await measure(firmware, count, warmUp);
    const grown = growth(before, after);
    print(
      `AT ${firmware}, from cycle ${warmUp} to ${count}: ` +
        `heap ${megabytes(before.heap)} to ${megabytes(after.heap)} MB, handles ${before.handles} to ${after.handles}, ` +
        `subscriptions ${before.subscriptions} to ${after.subscriptions}` +
        (grown.length > 0 ? `: ${grown.join(' and ')} grew` : ''),
    );
    isFine &&= grown.length === 0;
  }
  return isFine;
}

/** The kinds that have grown by more than is tolerated. */
export function growth(before: Holding, after: Holding): readonly string[] {
  return (['heap', 'handles', 'subscriptions'] as const).filter((kind) => after[kind] - before[kind] > tolerance[kind]);
}

async function measure(firmware: FirmwareVersion, count: number, warmUp: number): Promise<readonly [Holding, Holding]> {
  const tested = virtualModem(`AT ${firmware}`, { firmware, latency: 0 });
  await using net = await tested.start();
  await using server = await tcpServer();
  const idle = handles();
  const [question, answer] = [payload(size, 1), payload(size, 2)];
  let before: Holding | undefined;
  for (let cycle = 0; cycle < count; cycle++) {
    if (cycle === warmUp) before = await holding(idle);
    await using socket = net.usocket.socket();
    const [peer] = await Promise.all([server.accept(), socket.connect(addressOf(server))]);
    await socket.sendall(question);
    const heard = await takeAt(peer, size);
    peer.end(answer);
    const got = await socket.read();
    if (!heard.equals(question) || !got?.equals(answer))
      throw new Error(`AT ${firmware}, cycle ${cycle}: bytes differ`);
    await socket.close();
    peer.resume();
    if (!peer.closed) await once(peer, 'close');
  }
  const after = await holding(idle);
  return [before ?? after, after];
}

/** Waits until there are no more handles than before the first cycle, then tells what the process holds. */
async function holding(idle: number): Promise<Holding> {
  await turnUntil(() => handles() <= idle, settling);
  // Each call collects all garbage first. One collection may leave objects that only finalizers hold.
  queryObjects(Subscriber);
  return {
    subscriptions: queryObjects(Subscriber, { format: 'count' }),
    heap: memoryUsage().heapUsed,
    handles: handles(),
  };
}

function handles(): number {
  return process.getActiveResourcesInfo().length;
}
