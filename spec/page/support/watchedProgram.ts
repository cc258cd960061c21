import { createModules, type ESP8285, type Modules } from '../../../src';
import { createEmulator, type Emulator } from '../../../src/emulator';
import { MemoryNetwork } from '../../../src/testing';
import { watch, type Watched, type WatchOptions } from '../../../src/watch';

/** A program on a virtual modem, which pages can watch. Dispose of it with `await using`. */
export interface WatchedProgram extends AsyncDisposable {
  readonly modules: Modules;
  readonly nic: ESP8285;
  readonly emulator: Emulator;
  readonly watched: Watched;
  /** Joins the network, and downloads what the server has. */
  download(): Promise<Buffer>;
}

export const ssid = 'my-ssid';
/** A key that must not show anywhere. */
export const key = 'a-key-of-the-air';

/** @param answer What the server of the program answers, in pieces. */
export async function watchedProgram(
  answer: readonly Buffer[],
  options: Omit<WatchOptions, 'emulator'> = {},
): Promise<WatchedProgram> {
  const network = new MemoryNetwork(new Map([[1, () => answer]]));
  const emulator = createEmulator({
    latency: 0,
    baud: 0,
    accessPoints: [{ ssid, key }],
    network,
    hosts: { 'host.example:80': '127.0.0.1:1' },
  });
  const modules = createModules();
  const nic = await modules.network.ESP8285(emulator.uart, { receive: 'pulled' });
  const watched = await watch(nic, { name: 'a program', emulator, ...options });
  return {
    modules,
    nic,
    emulator,
    watched,
    async download() {
      await nic.connect(ssid, key);
      const sock = modules.usocket.socket();
      await sock.connect((await modules.usocket.getaddrinfo('host.example', 80))[0][4]);
      const received = (await sock.read()) ?? Buffer.alloc(0);
      await sock.close();
      return received;
    },
    async [Symbol.asyncDispose]() {
      await watched.close();
      await nic.close();
    },
  };
}
