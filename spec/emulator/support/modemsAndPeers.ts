import { afterEach } from '@jest/globals';

import { createEmulator, type Emulator, type EmulatorOptions, type FirmwareVersion } from '../../../src/emulator';
import { TestHost } from './host';
import { type PeerConnection, Peers } from './peer';

/** Makes modems, each with a host. `clear` switches all of them off. */
export class Modems {
  private readonly modems: Emulator[] = [];

  /** A host at a modem without latencies that has joined its network, unless the options say otherwise. */
  host(options: EmulatorOptions = {}): TestHost {
    const defaults: EmulatorOptions = { latency: 0, interleave: 0, stored: { ssid: 'my-ssid', key: 'my-password' } };
    const emulator = createEmulator({ ...defaults, ...options });
    this.modems.push(emulator);
    return new TestHost(emulator);
  }

  /** The same with echo off and several links. */
  async ready(options: EmulatorOptions = {}): Promise<TestHost> {
    const host = this.host(options);
    host.type('ATE0\r\n');
    await host.readsUntil(/OK\r\n/);
    await host.asks('AT+CIPMUX=1');
    return host;
  }

  clear(): void {
    for (const modem of this.modems.splice(0)) modem.close();
  }
}

/** Makes modems and the programs that they talk to. They end after each test of the file. */
export function modemsAndPeers() {
  const modems = new Modems();
  const peers = new Peers();
  afterEach(async () => {
    modems.clear();
    await peers.clear();
  });

  /** A host with TCP links 0, 1 … to peers. */
  async function connected(
    firmware: FirmwareVersion,
    count = 1,
    options: EmulatorOptions = {},
  ): Promise<{ host: TestHost; peer: PeerConnection; others: PeerConnection[] }> {
    const { port, next } = await peers.server();
    const host = await modems.ready({ firmware, ...options });
    const all: PeerConnection[] = [];
    for (let id = 0; id < count; id++) {
      await host.asks(`AT+CIPSTART=${id},"TCP","127.0.0.1",${port}`, `${id},CONNECT\r\n\r\nOK\r\n`);
      all.push(await next());
    }
    const [peer, ...others] = all;
    return { host, peer: peer!, others };
  }

  return { modems, peers, connected };
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
