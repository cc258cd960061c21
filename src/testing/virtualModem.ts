import { concatMap, defer, type Observable, type SchedulerLike } from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions, type Host } from '../emulator';
import { ESP8285, type ModemOptions } from '../esp8285';
import type { Uart } from '../streams';
import { Socket, type SocketOptions } from '../usocket';
import { MemoryNetwork, type Talk } from './memoryNetwork';

/** A host of the virtual modem's internet, with an address or a delay of its own. */
export interface VirtualHost extends Pick<Host, 'address' | 'delay'> {
  /** What the host answers. */
  readonly talk: Talk;
}

/**
 * The options of {@link virtualModem}: those of the virtual modem itself (its firmware, its networks, its latency), and
 * of the world around it.
 */
export interface VirtualModemOptions extends Omit<EmulatorOptions, 'hosts' | 'network' | 'scheduler'> {
  /** The scheduler of the modem, the interface and the sockets: a `TestScheduler` or a `VirtualTimeScheduler`. */
  readonly scheduler: SchedulerLike;
  /** What answers connections, by name or address and port: `'host.example:80'`. All other hosts are unreachable. */
  readonly hosts?: Readonly<Record<string, Talk | VirtualHost>>;
  /** Hosts that refuse connections, written like the keys of `hosts`. */
  readonly refusing?: readonly string[];
  /** What answers datagrams, by name or address and port, as in `hosts`. */
  readonly datagrams?: Readonly<Record<string, Talk | VirtualHost>>;
  /** The options of the interface, such as its deadlines. */
  readonly interface?: Omit<ModemOptions, 'scheduler'>;
  /** Wraps the serial line between the modem and the interface, to record or observe it. */
  readonly line?: (uart: Uart) => Uart;
}

/** A virtual modem, an interface on it that has not been started, and sockets, all in the time of one scheduler. */
export interface VirtualModem {
  /** The virtual modem: its state, its events, and the faults it can be given. */
  readonly emulator: Emulator;
  /** The interface on the modem's line. `online$` starts it. */
  readonly nic: ESP8285;
  /** Cold: starts the interface, joins the first of the `accessPoints`, emits once and completes. */
  readonly online$: Observable<void>;
  /** Makes a stream socket on the interface. */
  readonly socket: (options?: Omit<SocketOptions, 'scheduler'>) => Socket;
  /** Connects a client to a port that the modem listens on. Throws a `NetworkError` when it does not listen there. */
  readonly connectClient: (port: number, talk: Talk) => void;
}

/**
 * Makes the whole stack in virtual time, from the modem to the socket, with the test as the internet. By default
 * nothing takes time: the modem has no latency, its line has no speed limit, and its messages come only where they are
 * expected. The options `latency: 1`, `baud: 115_200`, `interleave: 1` and `chunking: 7` change that, and
 * `emulator.fault()` damages the conversation.
 *
 *     const { online$, socket } = virtualModem({
 *       scheduler,
 *       hosts: { '192.168.1.9:13': () => cold('--a|', { a: '12:00\r\n' }) },
 *       interface: { receive: 'pulled' }, // a pushed line is certain to be whole only after 4 ms
 *     });
 *     const sock = socket();
 *     const time$ = online$.pipe(
 *       concatMap(() => sock.connect$(['192.168.1.9', 13])),
 *       concatMap(() => sock.readline$()),
 *       map(String),
 *     );
 *     expectObservable(time$).toBe('--(t|)', { t: '12:00\r\n' });
 */
export function virtualModem(options: VirtualModemOptions): VirtualModem {
  const { scheduler, hosts = {}, refusing = [], datagrams = {}, ...more } = options;
  const { interface: driver = {}, line = (uart: Uart) => uart, ...chip } = more;
  const { accessPoints = [{ ssid: 'my-ssid', key: 'my-password' }] } = chip;
  const servers = new Map<number, Talk>();
  const answerers = new Map<number, Talk>();
  const table: Record<string, string | Host> = Object.fromEntries(refusing.map((name) => [name, 'refused']));
  const route = (
    protocol: 'tcp' | 'udp',
    talks: Map<number, Talk>,
    named: Readonly<Record<string, Talk | VirtualHost>>,
  ): void => {
    for (const entry of Object.entries(named)) {
      const { talk, ...where }: VirtualHost = typeof entry[1] === 'function' ? { talk: entry[1] } : entry[1];
      const [name] = entry;
      const port = talks.size + 1;
      table[`${name}/${protocol}`] = { ...where, to: `127.0.0.1:${port}` };
      talks.set(port, talk);
    }
  };
  route('tcp', servers, hosts);
  route('udp', answerers, datagrams);

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
