import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The peers on this machine for the rows of the porting guide. */
export interface Peers extends AsyncDisposable {
  /** Their addresses on this machine. */
  readonly here: Readonly<Record<string, readonly [string, number]>>;
  /** Their addresses in the virtual modem's network. */
  readonly there: Readonly<Record<string, readonly [string, number]>>;
  /** Maps these to the addresses on this machine. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Opens a peer that sends some lines and closes, one that only reads, and one that sends datagrams back. */
export async function openPeers(): Promise<Peers> {
  const talking = createServer((socket) => socket.on('error', () => undefined).end('a line\n'.repeat(20)));
  const listening = createServer((socket) => socket.on('error', () => undefined).resume());
  const udp = createSocket('udp4');
  udp.on('message', (data, { port }) => {
    udp.send(data, port, '127.0.0.1');
  });
  udp.bind(0, '127.0.0.1');
  for (const server of [talking, listening]) server.listen(0, '127.0.0.1');
  await Promise.all([talking, listening, udp].map((peer) => once(peer, 'listening')));
  const ports = {
    talking: (talking.address() as AddressInfo).port,
    listening: (listening.address() as AddressInfo).port,
    udp: udp.address().port,
  };
  const at = (address: string): Peers['here'] => ({
    talking: [address, ports.talking],
    listening: [address, ports.listening],
    udp: [address, ports.udp],
  });
  return {
    here: at('127.0.0.1'),
    there: at('192.168.1.9'),
    hosts: {
      'host.example': '127.0.0.1',
      ...Object.fromEntries(Object.values(ports).map((port) => [`192.168.1.9:${port}`, `127.0.0.1:${port}`])),
    },
    async [Symbol.asyncDispose]() {
      const closed = [talking, listening, udp].map((peer) => once(peer, 'close'));
      for (const peer of [talking, listening, udp]) peer.close();
      await Promise.all(closed);
    },
  };
}
