import { isSize } from '../../streams/internal';
import { AF_INET, AF_INET6, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK, MSG_WAITALL } from '../contract/constants';
import type { ErrorCode } from '../contract/errno';
import { isAddress } from '../contract/inet';
import type { Endpoint } from '../contract/nic';
import { shownValue } from '../contract/messageOf';
import { callError, type OSError } from '../contract/osError';
import { ifPromise } from '../contract/promiseOf';
import type { Address } from './address';

/** What a socket can be asked to send. A string goes out as UTF-8. */
export type Sendable = Uint8Array | string;

/** What the flags of one call ask for. */
interface Flags {
  /** The read leaves its bytes to the next read. */
  readonly peek: boolean;
  /** The call does not wait, even on a blocking socket. */
  readonly dontWait: boolean;
  /** The read waits for all bytes that it asks for. */
  readonly waitAll: boolean;
}

/** `MSG_WAITALL` changes nothing for datagrams, because each is received whole. */
export const receiveFlags = MSG_PEEK | MSG_DONTWAIT | MSG_WAITALL;
/** There are no signals here, so `MSG_NOSIGNAL` changes nothing. */
export const sendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;

/** One call of the socket module. It makes the errors of the call and checks the arguments. */
export class Call {
  constructor(readonly name: string) {}

  /** Makes an error of this call. The message begins with the name of the call. */
  error(code: ErrorCode, reason: string, options?: ErrorOptions): OSError {
    return callError(this.name, code, reason, options);
  }

  /** Returns what a non-blocking read has found. Throws `EAGAIN` when it has found nothing. */
  found<T>(value: T | null | undefined): T {
    if (value !== null && value !== undefined) return value;
    throw this.error('EAGAIN', 'nothing has come yet, and the socket is non-blocking');
  }

  /** Returns the bytes to send. Throws `EINVAL` for a value that is neither bytes nor a string. */
  bytesOf(data: Sendable): Uint8Array {
    if (typeof data === 'string') return Buffer.from(data);
    if (data instanceof Uint8Array) return data;
    throw this.error('EINVAL', `data to send is a Buffer, another Uint8Array or a string${ifPromise(data)}`);
  }

  /** Throws `EINVAL` for a value that cannot be read into. */
  checkTarget(target: unknown): void {
    if (target instanceof Uint8Array) return;
    throw this.error('EINVAL', 'bytes are read into a Buffer or another Uint8Array');
  }

  /** Throws `EINVAL` for a value that is not a number of bytes. */
  checkSize(size: number): void {
    if (isSize(size)) return;
    throw this.error('EINVAL', `a size is a whole number of bytes, not ${shownValue(size)}${ifPromise(size)}`);
  }

  /**
   * Returns a size, or `Infinity` where it is left out, `null` or negative, as in MicroPython. Throws `EINVAL` for any
   * other value.
   */
  sizeOrAll(size: number | null | undefined): number {
    if (size === null || size === undefined || (Number.isInteger(size) && size < 0)) return Infinity;
    this.checkSize(size);
    return size;
  }

  /**
   * Returns what the flags ask for. Throws `EINVAL` for a value that is not a number, and `EOPNOTSUPP` for a flag that
   * is not among the known ones, as BSD does, because a call that ignored it would not do what was asked.
   */
  flagsOf(flags: number | null, known: number): Flags {
    const mask = flags ?? 0;
    if (!Number.isInteger(mask) || mask < 0) {
      throw this.error('EINVAL', `flags are MSG_ constants or 0, not ${shownValue(flags)}`);
    }
    const unknown = mask & ~known;
    if (unknown !== 0) throw this.error('EOPNOTSUPP', `unknown flags 0x${unknown.toString(16)}`);
    return {
      peek: (mask & MSG_PEEK) !== 0,
      dontWait: (mask & MSG_DONTWAIT) !== 0,
      waitAll: (mask & MSG_WAITALL) !== 0,
    };
  }

  /** Returns the remote endpoint of an address. Throws `EINVAL` for a bad address, `EAFNOSUPPORT` for IPv6. */
  remoteOf(address: Address): Endpoint {
    return this.endpointOf(address, 1);
  }

  /** Returns the endpoint to bind to. A port of 0 is any free one, and `''` is all addresses, as in Python. */
  localOf(address: Address): Endpoint {
    const isEveryAddress = Array.isArray(address) && address[0] === '';
    return this.endpointOf(isEveryAddress ? ['0.0.0.0', address[1]] : address, 0);
  }

  /** Throws `EINVAL` unless the port is an integer from `lowest` to 65535. */
  checkPort(port: number, lowest: 0 | 1): void {
    if (Number.isInteger(port) && port >= lowest && port <= 65_535) return;
    throw this.error('EINVAL', `a port is an integer from ${lowest} to 65535, not ${port}`);
  }

  private endpointOf(address: Address, lowestPort: 0 | 1): Endpoint {
    const [host, port] = Array.isArray(address) ? (address as Address) : [];
    if (typeof host !== 'string' || typeof port !== 'number') {
      const reason = "an address is ['192.168.1.9', 80], or [0][4] of what getaddrinfo resolves to";
      throw this.error('EINVAL', reason + ifPromise(address));
    }
    this.checkPort(port, lowestPort);
    if (isAddress(AF_INET6, host)) {
      throw this.error('EAFNOSUPPORT', `${host} is an IPv6 address; only IPv4 is supported`);
    }
    if (!isAddress(AF_INET, host)) {
      const reason = `${JSON.stringify(host)} is not a numeric address; resolve it with getaddrinfo first`;
      throw this.error('EINVAL', reason);
    }
    return { address: host, port };
  }
}
