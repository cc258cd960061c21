import type { Socket as PeerSocket } from 'node:net';

import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator';
import { ESP8285, type ModemOptions } from '../../src/esp8285';
import { HostNic, type Lookup } from '../../src/host';
import {
  createSocketModule,
  Interfaces,
  type Nic,
  type NicOption,
  type Socket,
  type SocketOptions,
} from '../../src/usocket';
import { tcpServer, type TcpServer } from '../peers/tcpServer';

type SocketModule = ReturnType<typeof createSocketModule>;

/** A network interface that is up and on a network, and a socket module on it. */
export interface RunningInterface extends AsyncDisposable {
  readonly nic: Nic;
  readonly usocket: SocketModule;
  /** The virtual modem, if there is one. */
  readonly emulator: Emulator | undefined;
}

/** A network interface that the socket conformance suite runs on. */
export interface TestedInterface {
  readonly name: string;
  /** Whether a slow reader slows the sender down. If not, data is pushed, and a socket that is not read overflows. */
  readonly holdsBack: boolean;
  /** Whether the receive mode changes: the modem pushes data while the readers keep up, and holds them back otherwise. */
  readonly adapts: boolean;
  /** Whether one direction of a connection can be closed alone. The modem closes both when the peer closes one. */
  readonly halfClose: boolean;
  /** The most bytes of one `send`. */
  readonly maxSend: number;
  /** @param modem Options of the virtual modem, if there is one. */
  readonly start: (modem?: EmulatorOptions) => Promise<RunningInterface>;
}

/** Knows the names that a virtual modem knows. Answers of the machine's own resolver would differ between machines. */
const lookup: Lookup = (host, _options, callback) => {
  setImmediate(() => {
    if (host === 'localhost') callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
  });
};

const host: TestedInterface = {
  name: 'the host',
  holdsBack: true,
  adapts: false,
  halfClose: true,
  maxSend: 65_536,
  start() {
    const nic = new HostNic({ lookup, linger: 30 });
    return Promise.resolve({ ...moduleOver(nic), emulator: undefined, [Symbol.asyncDispose]: () => Promise.resolve() });
  },
};

/** The modem driver on a virtual modem that is fast, but not so fast that everything happens at the same time. */
export function virtualModem(
  name: string,
  emulated: EmulatorOptions,
  options: ModemOptions = {},
  holdsBack = false,
): TestedInterface {
  return {
    name,
    holdsBack,
    adapts: holdsBack && options.receive !== 'pulled',
    halfClose: false,
    maxSend: 2048,
    async start(modem = {}) {
      const emulator = createEmulator({
        latency: 0.01,
        interleave: 0,
        // Each wait takes at least the millisecond of a timer, so there are only few.
        latencies: { command: [0, 0], receipt: [0, 0], join: [1, 1], address: [1, 1] },
        ...emulated,
        ...modem,
      });
      const nic = await ESP8285.start(emulator.uart, options);
      await nic.connect('my-ssid', 'my-password');
      return { ...moduleOver(nic), emulator, [Symbol.asyncDispose]: () => nic.close() };
    },
  };
}

/** The default where the firmware can hold data back. */
const adapting = { receive: 'adaptive' } as const;
const pulling = { receive: 'pulled' } as const;
const pushing = { receive: 'pushed' } as const;

/** All interfaces that the specs of sockets run on. */
export const interfaces: readonly TestedInterface[] = [
  host,
  virtualModem('a modem with AT 1.5', { firmware: '1.5' }),
  virtualModem('a modem with AT 1.7.4', { firmware: '1.7.4' }, adapting, true),
  virtualModem('a modem with ESP-AT 2.2.2', { firmware: '2.2.2' }, adapting, true),
  virtualModem('a modem with AT 1.7.4 that is pulled', { firmware: '1.7.4' }, pulling, true),
  virtualModem('a modem with ESP-AT 2.2.2 that is pulled', { firmware: '2.2.2' }, pulling, true),
  virtualModem('a modem with AT 1.7.4 that pushes', { firmware: '1.7.4' }, pushing),
  virtualModem('a modem with ESP-AT 2.2.2 that pushes', { firmware: '2.2.2' }, pushing),
];

/** Modems at their most awkward: answers come in odd chunks, and unsolicited messages wherever they are possible. */
export const roughModems: readonly TestedInterface[] = [1, 2].flatMap((seed) =>
  (['1.5', '1.7.4', '2.2.2'] as const).map((firmware) =>
    virtualModem(
      `a rough modem with AT ${firmware}, seed ${seed}`,
      { firmware, seed, chunking: 7, interleave: 1, latencies: { join: [1, 1], address: [1, 1] } },
      {},
      firmware !== '1.5',
    ),
  ),
);

/** A connected socket and its peer, which is paused and stays open when the socket ends. */
export interface Pair extends AsyncDisposable {
  readonly socket: Socket;
  readonly peer: PeerSocket;
  readonly server: TcpServer;
  readonly usocket: SocketModule;
  readonly emulator: Emulator | undefined;
}

/** Starts an interface and a server, and connects a socket. Dispose of it with `await using`. */
export async function connectedPair(tested: TestedInterface, options?: SocketOptions & NicOption): Promise<Pair> {
  const running = await tested.start();
  const server = await tcpServer();
  const [socket, peer] = await connected(running, server, options);
  return {
    socket,
    peer,
    server,
    usocket: running.usocket,
    emulator: running.emulator,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      await socket.close();
      await server[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** Connects one more socket. */
export function connected(
  { usocket }: Pick<RunningInterface, 'usocket'>,
  server: TcpServer,
  options?: SocketOptions & NicOption,
): Promise<[Socket, PeerSocket]> {
  const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, usocket.IPPROTO_TCP, options);
  return Promise.all([socket.connect(addressOf(server)).then(() => socket), server.accept()]);
}

export function addressOf({ endpoint: { address, port } }: TcpServer): readonly [string, number] {
  return [address, port];
}

function moduleOver(nic: Nic): Pick<RunningInterface, 'nic' | 'usocket'> {
  const registered = new Interfaces();
  registered.add(nic);
  return { nic, usocket: createSocketModule(registered) };
}
