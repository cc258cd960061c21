import { concatMap, defer, type Observable, type SchedulerLike } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions, type Host } from '../emulator';
import { ESP8285, type ModemOptions } from '../esp8285';
import type { Uart } from '../streams';
import { Socket, type SocketOptions } from '../usocket';
import { MemoryNetwork, type Talk } from './memoryNetwork';

/** A host of the virtual modem's internet, which is somewhere. */
export interface VirtualHost extends Pick<Host, 'address' | 'delay'> {
  readonly talk: Talk;
}

export interface VirtualModemOptions extends Omit<EmulatorOptions, 'hosts' | 'network' | 'scheduler'> {
  /** What keeps time, for the modem, the interface and the sockets: a `TestScheduler`, a `VirtualTimeScheduler`. */
  readonly scheduler: SchedulerLike;
  /** Who answers at a name or an address, with a port: `'host.example:80'`. What is not here is unreachable. */
  readonly hosts?: Readonly<Record<string, Talk | VirtualHost>>;
  /** Who is there and takes no connection; as `hosts`. */
  readonly refusing?: readonly string[];
  /** Who answers datagrams; as `hosts`. */
  readonly datagrams?: Readonly<Record<string, Talk | VirtualHost>>;
  /** How the interface is to be. */
  readonly interface?: Omit<ModemOptions, 'scheduler'>;
  /** Wraps the serial line between the two, to record it or to look at it. */
  readonly line?: (uart: Uart) => Uart;
}

/** A virtual modem, an interface on it that has not been started, and sockets: all in the time of one scheduler. */
export interface VirtualModem {
  readonly emulator: Emulator;
  readonly nic: ESP8285;
  /** Cold: starts the interface, joins the first network in the air, and emits once. */
  readonly online$: Observable<void>;
  readonly socket: (options?: Omit<SocketOptions, 'scheduler'>) => Socket;
  /** Connects a client to a port that the modem listens on. Throws a `NetworkError` when it does not. */
  readonly connectClient: (port: number, talk: Talk) => void;
}

/**
 * Makes the whole stack, from the chip to the socket, in virtual time, with the test as the internet. Without further
 * options everything happens at once: the modem has no latency, its line no speed, and its messages no odd places. All
 * of that can be had: `latency: 1`, `baud: 115_200`, `interleave: 1`, `chunking: 7`, and `emulator.fault()`.
 *
 *     const { online$, socket } = virtualModem({
 *       scheduler,
 *       hosts: { 'time.example:13': () => cold('--a|', { a: '12:00\r\n' }) },
 *     });
 *     const time$ = online$.pipe(concatMap(() => askTheTime$(socket())));
 *     expectObservable(time$).toBe('--(t|)', { t: '12:00' });
 */
export function virtualModem(options: VirtualModemOptions): VirtualModem {
  const { scheduler, hosts = {}, refusing = [], datagrams = {}, ...more } = options;
  const { interface: driver = {}, line = (uart: Uart) => uart, ...chip } = more;
  const { accessPoints = [{ ssid: 'my-ssid', key: 'my-password' }] } = chip;
  const servers = new Map<number, Talk>();
  const answerers = new Map<number, Talk>();
  const table: Record<string, string | Host> = Object.fromEntries(refusing.map((name) => [name, 'refused']));
  const lead = (
    protocol: 'tcp' | 'udp',
    to: Map<number, Talk>,
    named: Readonly<Record<string, Talk | VirtualHost>>,
  ) => {
    for (const entry of Object.entries(named)) {
      const { talk, ...where }: VirtualHost = typeof entry[1] === 'function' ? { talk: entry[1] } : entry[1];
      const [name] = entry;
      const port = to.size + 1;
      table[`${name}/${protocol}`] = { ...where, to: `127.0.0.1:${port}` };
      to.set(port, talk);
    }
  };
  lead('tcp', servers, hosts);
  lead('udp', answerers, datagrams);

  const network = new MemoryNetwork(servers, answerers);
  const emulator = createEmulator({ latency: 0, interleave: 0, ...chip, hosts: table, network, scheduler });
  const nic = new ESP8285(line(emulator.uart), { ...driver, scheduler });
  const [{ ssid, key } = { ssid: '' }] = accessPoints;
  return {
    emulator,
    nic,
    online$: defer(() => nic.start$()).pipe(concatMap(() => nic.connect$(ssid, key))),
    socket: (socketOptions = {}) => new Socket(nic, { ...socketOptions, scheduler }),
    connectClient: (port, talk) => {
      network.connectClient(port, talk);
    },
  };
}
