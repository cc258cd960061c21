import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { virtualModem } from '../../../harness/interfaces/interfaces';
import { HostNic } from '../../../src/host';
import type { LinkOptions } from '../../../src/node';
import { listenOn } from '../../../src/proxy/localServer';
import { proxyServer } from '../../../src/proxy/proxyServer';
import type { Nic } from '../../../src/usocket';

/** What the specs of the proxy run on. */
export interface TestedProxy {
  readonly name: string;
  startNic(): Promise<{ readonly nic: Nic } & AsyncDisposable>;
}

/** A name that only the interface can resolve. It is this machine. */
export const onlyNic = 'host.example';

export const overHost: TestedProxy = {
  name: 'the host',
  startNic() {
    const nic = new HostNic({
      linger: 30,
      lookup: (host, _options, callback) => {
        setImmediate(() => {
          if (host === onlyNic) callback(null, [{ address: '127.0.0.1', family: 4 }]);
          else callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
        });
      },
    });
    return Promise.resolve({ nic, [Symbol.asyncDispose]: () => nic.close() });
  },
};

function overModem(firmware: '1.5' | '1.7.4' | '2.2.2'): TestedProxy {
  const modem = virtualModem(`a modem with AT ${firmware}`, { firmware, hosts: { [onlyNic]: '127.0.0.1' } });
  return { name: modem.name, startNic: () => modem.start() };
}

export const overModems: readonly TestedProxy[] = [overModem('1.5'), overModem('1.7.4'), overModem('2.2.2')];

export const allProxies: readonly TestedProxy[] = [overHost, ...overModems];

/** A proxy that listens on a free port of loopback. Dispose of it with `await using`. */
export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
  /** What could not be carried out. */
  readonly refusals: readonly string[];
  /** Connects a client, and sends. What the proxy says is noted. */
  client(...pieces: readonly (string | readonly number[])[]): Client;
}

/** A client that says what it likes. */
interface Client {
  readonly socket: Socket;
  /** What it has received, as text in Latin-1. */
  heard(this: void): string;
  /** Waits until what it has received matches. */
  hears(this: void, what: RegExp): Promise<string>;
  /** Waits until the connection has closed, and returns what it has received. */
  end(this: void): Promise<string>;
}

export async function runningProxy(tested: TestedProxy, link: LinkOptions = {}): Promise<RunningProxy> {
  const running = await tested.startNic();
  const refusals: string[] = [];
  const server = proxyServer({
    ...link,
    nic: running.nic,
    refused: (what, reason) => refusals.push(`${what}: ${reason}`),
  });
  const listening = await listenOn(server, { host: '127.0.0.1', port: 0 });
  const { port } = listening.address;
  return {
    port,
    refusals,
    client: (...pieces) => client(port, pieces),
    async [Symbol.asyncDispose]() {
      await listening.close();
      await running[Symbol.asyncDispose]();
    },
  };
}

function client(port: number, pieces: readonly (string | readonly number[])[]): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let heard = '';
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.on('data', (text: string) => (heard += text));
  for (const piece of pieces) socket.write(typeof piece === 'string' ? piece : Buffer.from(piece));
  const closed = once(socket, 'close');
  return {
    socket,
    heard: () => heard,
    async hears(what) {
      while (!what.test(heard)) {
        if (socket.readableEnded || socket.destroyed) throw new Error(`ended after ${JSON.stringify(heard)}`);
        await Promise.race([once(socket, 'data'), once(socket, 'end'), closed]);
      }
      return heard;
    },
    async end() {
      if (!socket.readableEnded && !socket.destroyed) await Promise.race([once(socket, 'end'), closed]);
      socket.end();
      await closed;
      return heard;
    },
  };
}
