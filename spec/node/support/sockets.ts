import { connect as connectOverSystem, createServer as createServerOfSystem, type Server, type Socket } from 'node:net';

import { virtualModem, type TestedInterface } from '../../../harness/interfaces/interfaces';
import { turnUntil } from '../../../harness/time/turns';
import type { Emulator } from '../../../src/emulator';
import { ESP8285 } from '../../../src/esp8285';
import { HostNic } from '../../../src/host';
import { connect, createServer, type NicConnectOptions, type NicServerOptions } from '../../../src/node';
import type { Nic } from '../../../src/usocket';

/** The sockets of `net`, or those of `rx-usocket/node` over an interface that is up. */
export interface Sockets extends AsyncDisposable {
  /** The interface; `undefined` for the sockets of `net`. */
  readonly nic: Nic | undefined;
  connect(options: NicConnectOptions, listener?: () => void): Socket;
  /** Restarts the modem. */
  restart(): void;
  /** Waits until the modem is back on its network. */
  isBack(): Promise<boolean>;
  createServer(options: NicServerOptions, listener?: (socket: Socket) => void): Server;
}

/** What the specs of sockets run on. */
export interface TestedSockets {
  readonly name: string;
  /** Whether the peer learns of the end of this side before it has ended its own. */
  readonly halfCloses: boolean;
  /** Whether the sockets are those of `rx-usocket/node`. */
  readonly isOurs: boolean;
  readonly firmware?: '1.5' | '1.7.4' | '2.2.2';
  start(): Promise<Sockets>;
}

const ofSystem: TestedSockets = {
  name: 'net itself',
  halfCloses: true,
  isOurs: false,
  start: () =>
    Promise.resolve({
      nic: undefined,
      connect: connectOverSystem,
      createServer: createServerOfSystem,
      restart: () => undefined,
      isBack: () => Promise.resolve(true),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};

const overHost: TestedSockets = {
  name: 'rx-usocket/node over the host',
  halfCloses: false,
  isOurs: true,
  start() {
    const nic = new HostNic({ linger: 30, lookup: (host, _options, callback) => answer(host, callback) });
    return Promise.resolve({ ...socketsOver(nic), [Symbol.asyncDispose]: () => nic.close() });
  },
};

function answer(
  host: string,
  callback: (error: Error | null, addresses: { address: string; family: number }[]) => void,
): void {
  setImmediate(() => {
    if (host === 'localhost') callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
  });
}

function overModem(firmware: '1.5' | '1.7.4' | '2.2.2', tested: TestedInterface): TestedSockets {
  return {
    name: `rx-usocket/node over ${tested.name}`,
    halfCloses: false,
    isOurs: true,
    firmware,
    async start() {
      const running = await tested.start();
      const { nic, emulator } = running;
      return { ...socketsOver(nic, emulator), [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
    },
  };
}

function socketsOver(nic: Nic, emulator?: Emulator): Omit<Sockets, typeof Symbol.asyncDispose> {
  const isUp = () => !(nic instanceof ESP8285) || nic.isconnected();
  return {
    nic,
    restart: () => emulator?.fault({ kind: 'reset' }),
    isBack: () => turnUntil(isUp, 10_000),
    connect: (options, listener) => connect({ nic, ...options }, listener),
    createServer: (options, listener) => createServer({ nic, ...options }, listener),
  };
}

/** The sockets of this package, over each interface. */
export const ourSockets: readonly TestedSockets[] = [
  overHost,
  ...(['1.5', '1.7.4', '2.2.2'] as const).map((firmware) =>
    overModem(
      firmware,
      virtualModem(`a modem with ${firmware === '2.2.2' ? 'ESP-AT' : 'AT'} ${firmware}`, { firmware }),
    ),
  ),
];

/** The same, and those of `net`, whose behaviour is the measure. */
export const allSockets: readonly TestedSockets[] = [ofSystem, ...ourSockets];
