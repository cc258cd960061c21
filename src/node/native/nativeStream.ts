import { isIPv6, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { TLSSocket } from 'node:tls';

import type { Endpoint } from '../../usocket/contract/nic';

/** A request of Node.js that waits for its outcome. */
export type StreamRequest = object;

/** A request to connect. Node.js sets what is called when it is over. */
export interface ConnectRequest extends StreamRequest {
  oncomplete?: (
    status: number,
    handle: NativeStream,
    request: ConnectRequest,
    readable: boolean,
    writable: boolean,
  ) => void;
}

/** An address, as Node.js asks a handle for it: the handle fills it in. */
export interface AddressToFill {
  address?: string;
  port?: number;
  family?: string;
}

/**
 * What Node.js calls on the handle of a connection. Where a number is returned, it is 0 or one of the negative error
 * numbers of the operating system.
 */
export interface StreamCalls {
  /** How many bytes of the last write have not been sent yet. A write that makes progress is no reason for a time-out. */
  readonly writeQueueSize: number;
  connect(request: ConnectRequest, address: string, port?: number): number;
  connect6(request: ConnectRequest, address: string, port: number): number;
  bind(address: string, port: number): number;
  bind6(address: string, port: number): number;
  onreadstart(): number;
  onreadstop(): number;
  onwrite(request: StreamRequest, pieces: readonly Buffer[]): number;
  onshutdown(request: StreamRequest): number;
  isClosing(): boolean;
  close(closed?: () => void): void;
  reset(closed: () => void): number;
  setNoDelay(enable: boolean): number;
  setKeepAlive(enable: boolean, seconds: number): number;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  getpeername(out: AddressToFill): number;
  getsockname(out: AddressToFill): number;
}

const calls = [
  ...([
    'connect',
    'connect6',
    'bind',
    'bind6',
    'onreadstart',
    'onreadstop',
    'onwrite',
    'onshutdown',
    'isClosing',
  ] as const),
  ...([
    'close',
    'reset',
    'setNoDelay',
    'setKeepAlive',
    'ref',
    'unref',
    'hasRef',
    'getpeername',
    'getsockname',
  ] as const),
] satisfies readonly (keyof StreamCalls)[];

/** The handle of a connection: the C++ class `JSStream` of Node.js, by which C++ reads and writes a stream of JavaScript. */
export interface NativeStream {
  /** Hands over bytes that have been received. */
  readBuffer(chunk: Uint8Array): void;
  /** Tells that the peer has ended its side. */
  emitEOF(): void;
  /** Ends a write. `status` is 0 or an error number. */
  finishWrite(request: StreamRequest, status: number): void;
  /** Ends a shutdown. `status` is 0 or an error number. */
  finishShutdown(request: StreamRequest, status: number): void;
}

/** What this file takes from Node.js, because Node.js does not export it. */
interface NodeParts {
  readonly JSStream: new () => NativeStream;
  /** The name of the method of `net.Socket` that gives it another handle. */
  readonly reinitialize: symbol;
}

/** They are the same for the whole process, and are found when the first socket needs them. */
let found: NodeParts | undefined;

/** Makes a handle that hands the calls of Node.js to an object. */
export function nativeStream(object: StreamCalls): NativeStream {
  const stream = new (parts().JSStream)();
  for (const name of calls) Object.defineProperty(stream, name, { value: object[name].bind(object) });
  return Object.defineProperty(stream, 'writeQueueSize', { get: () => object.writeQueueSize });
}

/** Whether a handle is one of {@link nativeStream}, of another copy of this package, too. */
export function isNativeStream(handle: object | null): boolean {
  return handle instanceof parts().JSStream;
}

/** Gives a `net.Socket` that has no handle this one. `net.Socket` does the same with a handle that it makes. */
export function giveHandle(socket: Socket, stream: NativeStream): void {
  const give = (socket as unknown as Record<symbol, (handle: NativeStream) => void>)[parts().reinitialize];
  give?.call(socket, stream);
}

/** Fills in an address for Node.js. */
export function fillAddress(out: AddressToFill, { address, port }: Endpoint): void {
  Object.assign(out, { address, port, family: isIPv6(address) ? 'IPv6' : 'IPv4' });
}

function parts(): NodeParts {
  found ??= findParts();
  return found;
}

/**
 * Where TLS runs over a stream that is not a `net.Socket`, Node.js makes a `JSStream` for it. So one such connection shows
 * the class (`lib/internal/tls/wrap.js`). The method is a member of `net.Socket` (`lib/net.js`). Both are the same in
 * Node.js 20, 22, 24 and 26.
 */
function findParts(): NodeParts {
  const secure = new TLSSocket(new PassThrough());
  const { _parent: stream } = (secure as unknown as { _handle: { _parent: NativeStream } })._handle;
  secure.destroy();
  const JSStream = stream.constructor as NodeParts['JSStream'];
  const symbols = Object.getOwnPropertySymbols(Socket.prototype);
  const reinitialize = symbols.find(({ description }) => description === 'kReinitializeHandle');
  if (reinitialize !== undefined && JSStream.name === 'JSStream') return { JSStream, reinitialize };
  throw new Error(
    `rx-usocket/node does not know the sockets of Node.js ${process.version}; it knows 20.20, 22, 24 and 26`,
  );
}
