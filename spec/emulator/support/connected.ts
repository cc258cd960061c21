import type { EmulatorOptions, FirmwareVersion } from '../../../src/emulator';
import type { Bench, TestHost } from './host';
import type { PeerConnection, Peers } from './peer';

/** A host with TCP links 0, 1 … to peers. */
export async function connectedHost(
  bench: Bench,
  peers: Peers,
  firmware: FirmwareVersion,
  count = 1,
  options: EmulatorOptions = {},
): Promise<{ host: TestHost; peer: PeerConnection; others: PeerConnection[] }> {
  const { port, next } = await peers.server();
  const host = await bench.ready({ firmware, ...options });
  const all: PeerConnection[] = [];
  for (let id = 0; id < count; id++) {
    await host.asks(`AT+CIPSTART=${id},"TCP","127.0.0.1",${port}`, `${id},CONNECT\r\n\r\nOK\r\n`);
    all.push(await next());
  }
  const [peer, ...others] = all;
  return { host, peer: peer!, others };
}

/** Slow where a spec has to act meanwhile. */
export const slowSend = {
  command: [0, 0],
  connect: [0, 0],
  close: [0, 0],
  receipt: [20, 20],
  roundTrip: [60, 60],
  handDown: [60, 60],
} as const;
