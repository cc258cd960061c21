/**
 * Runs in a page before its own scripts. A Chromium without a window has no serial ports, so this gives it one. Behind it is a
 * virtual modem whose network has one web server.
 */
import { map, take } from 'rxjs';

import { createEmulator } from '../../../src/emulator';
import { MemoryNetwork } from '../../../src/testing';
import { WebSerialDevice } from '../../lines/webSerialDevice';

/** What a spec says of the device before the page is opened. */
export interface PluggedDevice {
  /** The name of the web server. */
  readonly host: string;
  /** What it answers to each request, in base64. */
  readonly answer: string;
}

/** What a spec does with the device later. */
export interface DeviceInPage {
  unplug(): void;
  /** The speeds at which the page has opened the port. */
  readonly speeds: readonly number[];
}

const inPage = globalThis as unknown as { readonly plugged: PluggedDevice; device: DeviceInPage; navigator: object };
const { host, answer } = inPage.plugged;

const network = new MemoryNetwork(
  new Map([
    [
      80,
      (received$) =>
        received$.pipe(
          take(1),
          map(() => Buffer.from(answer, 'base64')),
        ),
    ],
  ]),
);
const modem = createEmulator({ latency: 0, network, hosts: { [`${host}:80`]: '127.0.0.1:80' } });
const speeds: number[] = [];
const port = new WebSerialDevice(modem.uart, {
  opened: ({ baudRate }) => {
    speeds.push(baudRate);
    modem.setHostBaud(baudRate);
  },
});
const serial = Object.assign(new EventTarget(), {
  getPorts: () => Promise.resolve([port]),
  requestPort: () => Promise.resolve(port),
});
Object.defineProperty(inPage.navigator, 'serial', { value: serial, configurable: true });
inPage.device = { speeds, unplug: () => port.unplug() };
