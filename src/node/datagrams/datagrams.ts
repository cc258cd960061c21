import { type BindOptions, type RemoteInfo, Socket, type SocketOptions } from 'node:dgram';

import type { Nic } from '../../usocket/contract/nic';
import { atCaller, hideOperators } from '../../usocket/contract/callerStack';
import { callError } from '../../usocket/contract/osError';
import { DatagramHandle } from './datagramHandle';
import { chosenNic } from '../links/chosenNic';
import { shareOf } from '../links/linkShare';
import { lookup } from '../sockets/lookup';
import { giveDatagramHandle, stateOf } from '../native/nativeDatagram';
import type { LinkOptions } from '../links/openHandle';
import { systemCode } from '../native/systemErrors';

/** The options of {@link createSocket}: those of `dgram.createSocket`, and how the socket uses its interface. */
export type NicDatagramOptions = SocketOptions & Pick<LinkOptions, 'nic' | 'linkTimeout'>;

/** The constructor of `dgram.Socket`, which its types leave out. */
const NodeSocket = Socket as unknown as new (
  options: SocketOptions,
  listener?: (message: Buffer, from: RemoteInfo) => void,
) => Socket;

/**
 * A `dgram.Socket` whose port is one of a network interface, such as a modem. {@link createSocket} makes one.
 *
 * What an interface cannot do changes nothing, and is told once in `DEBUG=rx-usocket:node`: `setTTL` and the settings of
 * multicast. `addMembership` throws `ENOPROTOOPT` with a modem. A port takes one of the five links of a modem.
 */
export class NicDatagramSocket extends NodeSocket {
  private readonly handle: DatagramHandle;

  /** Throws `EAFNOSUPPORT` for `udp6`, `ENODEV` when the program has no interface, and `EINVAL` for a `nic` that is none. */
  constructor(options: NicDatagramOptions, listener?: (message: Buffer, from: RemoteInfo) => void) {
    const { nic: wanted, linkTimeout, ...given } = options;
    const nic = atCaller(() => {
      if (given.type !== 'udp6') return chosenNic('createSocket', wanted);
      throw callError('createSocket', 'EAFNOSUPPORT', 'an interface has IPv4 only; use udp4');
    });
    super(given, listener);
    this.handle = datagramHandle(this, { nic, linkTimeout, hasLookup: given.lookup !== undefined });
    const { handle: native } = stateOf(this);
    giveDatagramHandle(this, this.handle);
    native?.close();
  }

  /** Opens the port, with the arguments of `dgram.Socket`. Port 0 is any free one, which `address` tells. */
  override bind(...given: unknown[]): this {
    const { callback, ...options } = bindArguments(given);
    openBeforeBind(this.handle, options, () => super.bind({ ...options, exclusive: true }, callback));
    return this;
  }
}

/**
 * Makes a socket for datagrams through a network interface, in the form of `dgram.createSocket`. Libraries for NTP, CoAP or DNS
 * take such a socket.
 *
 *     const socket = createSocket('udp4');
 *     socket.on('message', (message, from) => console.log(from.address, message));
 *     socket.send('hello', 5000, 'host.example');
 */
export function createSocket(
  options: 'udp4' | NicDatagramOptions,
  listener?: (message: Buffer, from: RemoteInfo) => void,
): NicDatagramSocket {
  return atCaller(() => new NicDatagramSocket(typeof options === 'object' ? options : { type: options }, listener));
}

/** How a socket of Node.js uses an interface. */
interface HandleOptions {
  readonly nic: Nic;
  readonly linkTimeout?: number | undefined;
  /** Whether the program looks names up itself. */
  readonly hasLookup?: boolean;
}

/** Makes the handle of a socket. */
export function datagramHandle(
  socket: Socket,
  { nic, linkTimeout = 60_000, hasLookup }: HandleOptions,
): DatagramHandle {
  const { handle: native, reuseAddr = false } = stateOf(socket);
  const ofProgram = native?.lookup.bind(native);
  return new DatagramHandle({
    nic,
    share: shareOf(nic),
    linkTimeout,
    reuseAddress: reuseAddr,
    owner: socket,
    lookup: (host, callback) => {
      if (hasLookup && ofProgram) ofProgram(host, callback);
      else
        lookup(host, { nic, family: 4 }, (error, address) =>
          callback(error, typeof address === 'string' ? address : undefined),
        );
    },
  });
}

/** Opens the port where Node.js looks the local address up, because it binds at once after that. */
function openBeforeBind(handle: DatagramHandle, { port = 0 }: BindOptions, bind: () => void): void {
  Object.defineProperty(handle, 'lookup', {
    configurable: true,
    value: (host: string, callback: (error: Error | null, address?: string) => void) => {
      Reflect.deleteProperty(handle, 'lookup');
      handle.lookup(host, (unknown, address = '') => {
        if (unknown) callback(unknown);
        else
          handle.open({ address, port }, (cause) => callback(cause ? bindError(address, port, cause) : null, address));
      });
    },
  });
  try {
    bind();
  } finally {
    Reflect.deleteProperty(handle, 'lookup');
  }
}

function bindError(address: string, port: number, cause: unknown): NodeJS.ErrnoException {
  const { code, errno } = systemCode(cause);
  const message = `bind ${code} ${address}:${port}`;
  return hideOperators(Object.assign(new Error(message, { cause }), { code, errno, syscall: 'bind', address, port }));
}

/** The arguments of `bind`: `(port, address)` or `(options)`, each with a listener after it. */
export function bindArguments(given: readonly unknown[]): BindOptions & { callback?: () => void } {
  const last = given.at(-1);
  const listening = typeof last === 'function' ? { callback: last as () => void } : {};
  const [first, second] = given;
  if (typeof first === 'object' && first !== null) return { ...first, ...listening };
  const address = typeof second === 'string' && second !== '' ? { address: second } : {};
  return { port: typeof first === 'function' ? 0 : Number(first ?? 0), ...address, ...listening };
}
