import type { SchedulerLike } from 'rxjs';
import type { Host } from 'rx-usocket/emulator';
import type { Talk } from 'rx-usocket/testing';

import { daytime, daytimeDatagrams, echo, resetting, sink, slowWeb, web } from './servers';

/** A host of the network in memory. The panel shows the list. */
export interface VirtualHost {
  /** Its name or its address, and its port. */
  readonly place: string;
  readonly protocols: readonly ('tcp' | 'udp')[];
  /** What it does, in a few words. */
  readonly does: string;
}

/** Everything that the virtual modem reaches. All other places are unreachable. */
export const virtualHosts: readonly VirtualHost[] = [
  {
    place: 'dl.sipeed.com:80',
    protocols: ['tcp'],
    does: 'a web server with /MAIX/MaixPy/assets/Alice.bmp and /hello.txt',
  },
  { place: 'slow.example:80', protocols: ['tcp'], does: 'the same files, 1460 bytes each second' },
  { place: 'echo.example:7', protocols: ['tcp', 'udp'], does: 'sends back what it gets' },
  { place: 'time.example:13', protocols: ['tcp', 'udp'], does: 'says the time' },
  { place: 'reset.example:80', protocols: ['tcp'], does: 'sends three lines, then resets the connection' },
  { place: '192.168.0.183:3456', protocols: ['tcp'], does: 'takes everything, and saves it as received.bin' },
  { place: 'closed.example:80', protocols: [], does: 'refuses connections' },
  { place: 'silent.example:80', protocols: [], does: 'does not answer' },
];

/** What answers, by the port of the network in memory, and where the names lead. */
export interface Routes {
  readonly servers: ReadonlyMap<number, Talk>;
  readonly datagrams: ReadonlyMap<number, Talk>;
  readonly hosts: Readonly<Record<string, string | Host>>;
}

/** The servers of {@link virtualHosts}. `took` gets what a connection to the host that takes everything has brought so far. */
export function routesOf(time: SchedulerLike, picture: Uint8Array, took: (all: Buffer) => void): Routes {
  const files = new Map<string, Uint8Array>([
    ['/MAIX/MaixPy/assets/Alice.bmp', picture],
    ['/hello.txt', Buffer.from('Hello from the network in memory.\n')],
  ]);
  const talks: Readonly<Record<string, Talk>> = {
    'dl.sipeed.com:80/tcp': web(files),
    'slow.example:80/tcp': slowWeb(files, 1000, time),
    'echo.example:7/tcp': echo,
    'time.example:13/tcp': daytime(time),
    'reset.example:80/tcp': resetting(time),
    '192.168.0.183:3456/tcp': sink(took),
    'echo.example:7/udp': echo,
    'time.example:13/udp': daytimeDatagrams(time),
  };
  const servers = new Map<number, Talk>();
  const datagrams = new Map<number, Talk>();
  const hosts: Record<string, string> = { 'closed.example': 'refused', 'silent.example': 'unreachable' };
  for (const [index, [place, talk]] of Object.entries(talks).entries()) {
    const port = index + 1;
    (place.endsWith('/udp') ? datagrams : servers).set(port, talk);
    hosts[place] = `127.0.0.1:${port}`;
  }
  return { servers, datagrams, hosts };
}
