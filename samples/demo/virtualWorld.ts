import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Address } from 'rx-usocket';

import { type EmulatorOptions, servePty, serveTcp } from 'rx-usocket/emulator';
import type { Options } from './options';
import { drawSunset } from './sunset';

/** All that the demonstration needs and this machine has not: a modem, a network, a web server, somebody to send to. */
export interface VirtualWorld {
  /** What the modem is at. */
  readonly port: string;
  readonly ssid: string;
  readonly key: string;
  /** What the web server has. */
  readonly picture: Buffer;
  /** Of the web server, on this machine. */
  readonly webPort: number;
  /** Takes one connection. */
  readonly sink: Address;
  /** What has come at the sink, once its connection has ended. */
  readonly sunk: Promise<Buffer>;
  close(): Promise<void>;
}

const ssid = 'Sipeed_2.4G';
const key = 'a-key-of-the-air';
/** The address that the second program of the socket document sends to. */
const sink: Address = ['192.168.0.183', 3456];

/** Starts it; everything listens on loopback only. Close it when done. */
export async function startVirtualWorld({ url, baud, firmware }: Options): Promise<VirtualWorld> {
  const picture = await drawSunset();
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
  // A connection that breaks is told by whoever was sending.
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

/** A device like any other where this machine has pseudo-terminals, a raw TCP line where it has not. */
async function startModem(options: EmulatorOptions): Promise<{ readonly port: string; close(): Promise<void> }> {
  try {
    const served = await servePty(options);
    return { port: served.path, close: () => served.close() };
  } catch {
    const served = await serveTcp(options);
    return { port: `tcp://127.0.0.1:${served.port}`, close: () => served.close() };
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
