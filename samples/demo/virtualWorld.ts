import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Address } from 'rx-usocket';

import { type Emulator, type EmulatorOptions, servePty, serveTcp } from 'rx-usocket/emulator';
import type { Options } from './options';
import { drawSunset } from './sunset';

/** What the demonstration needs besides this machine: a modem, a network, a web server, and a server to send to. */
export interface VirtualWorld {
  /** The line of the modem, for `machine.UART`. */
  readonly port: string;
  readonly emulator: Emulator;
  readonly ssid: string;
  readonly key: string;
  /** The picture that the web server serves. */
  readonly picture: Buffer;
  /** The port of the web server on this machine. */
  readonly webPort: number;
  /** The address of the server to send to, which takes one connection. */
  readonly sink: Address;
  /** Resolves to the bytes that the sink has received, when its connection has ended. */
  readonly sunk: Promise<Buffer>;
  close(): Promise<void>;
}

const ssid = 'Sipeed_2.4G';
const key = 'a-key-of-the-air';
/** The address that the second program of the socket document sends to. */
const sink: Address = ['192.168.0.183', 3456];

/** Starts everything, on loopback only. Close it in the end. */
export async function startVirtualWorld({ url, baud, firmware }: Options): Promise<VirtualWorld> {
  const picture = drawSunset();
  const web = createWebServer((request, response) => {
    const found = request.url === `${url.pathname}${url.search}`;
    response.writeHead(found ? 200 : 404, {
      'content-type': 'image/bmp',
      'content-length': found ? picture.length : 0,
    });
    response.end(found ? picture : undefined);
  });
  const sinkServer = createServer();
  const sunk = once(sinkServer, 'connection').then(([connection]) => buffer(connection as NodeJS.ReadableStream));
  // A broken connection is reported by the sending side.
  sunk.catch(() => undefined);
  const [webPort, sinkPort] = [await listen(web), await listen(sinkServer)];

  const modem = await startModem({
    firmware,
    baud,
    accessPoints: [{ ssid, key }],
    hosts: { [url.hostname]: `127.0.0.1:${webPort}`, [sink.join(':')]: `127.0.0.1:${sinkPort}` },
  });
  return {
    port: modem.port,
    emulator: modem.emulator,
    ssid,
    key,
    picture,
    webPort,
    sink,
    sunk,
    async close() {
      await modem.close();
      web.close();
      sinkServer.close();
    },
  };
}

type ServedModem = Pick<VirtualWorld, 'port' | 'emulator' | 'close'>;

/** Serves the modem on a pseudo-terminal, or over TCP where this machine has none. */
async function startModem(options: EmulatorOptions): Promise<ServedModem> {
  try {
    const served = await servePty(options);
    return { port: served.path, emulator: served.emulator, close: () => served.close() };
  } catch {
    const served = await serveTcp(options);
    return { port: `tcp://127.0.0.1:${served.port}`, emulator: served.emulator, close: () => served.close() };
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
