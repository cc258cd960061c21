import type { Socket } from 'node:dgram';

import type { AddressToFill } from './nativeStream';

/** A request of Node.js that a datagram is sent. */
export interface SendRequest {
  /** What the program wants to be called with; Node.js makes the error. */
  callback?: (error: Error | null, sent?: number) => void;
  /** Set by Node.js if the program has a callback. `status` is 0 or an error number. */
  oncomplete?: (this: SendRequest, status: number, sent: number) => void;
}

/** What is called with the address of a name, or with an error. */
export type AddressCallback = (error: Error | null, address?: string) => void;

/** Takes a datagram. */
type Receive = (size: number, handle: DatagramCalls, bytes: Buffer, from: AddressToFill) => void;

/**
 * What Node.js calls on the handle of a `dgram.Socket`. Where a number is returned, it is 0 or one of the negative error
 * numbers of the operating system.
 */
export interface DatagramCalls {
  /** Set by Node.js: takes a datagram. A negative `size` is an error number. */
  onmessage?: Receive | undefined;
  /** Looks a name up. Before a port is opened, Node.js does so for the local address. */
  lookup(address: string | undefined, callback: AddressCallback): void;
  bind(address: string, port: number, flags: number): number;
  connect(address: string, port: number): number;
  disconnect(): number;
  /** The arguments after the pieces and their number: `(port, address, hasCallback)`, or `(hasCallback)` to the peer. */
  send(request: SendRequest, pieces: readonly Uint8Array[], count: number, ...to: readonly unknown[]): number;
  recvStart(): number;
  recvStop(): number;
  close(): void;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  getsockname(out: AddressToFill): number;
  getpeername(out: AddressToFill): number;
  setBroadcast(isOn: number): number;
  setTTL(ttl: number): number;
  setMulticastTTL(ttl: number): number;
  setMulticastLoopback(isOn: number): number;
  setMulticastInterface(address: string): number;
  addMembership(group: string, address?: string): number;
  dropMembership(group: string, address?: string): number;
  addSourceSpecificMembership(source: string, group: string, address?: string): number;
  dropSourceSpecificMembership(source: string, group: string, address?: string): number;
  /** With size 0, asks for the size of a buffer. */
  bufferSize(size: number, isReceiveBuffer: boolean, failure: object): number | undefined;
  getSendQueueSize(): number;
  getSendQueueCount(): number;
}

/** What `dgram.Socket` keeps under a symbol. It is the same in Node.js 20, 22, 24 and 26 (`lib/dgram.js`). */
interface SocketState {
  handle: DatagramCalls | null;
  readonly reuseAddr?: boolean;
}

/** The state that Node.js keeps of a socket. */
export function stateOf(socket: Socket): SocketState {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const state = symbol && (socket as unknown as Record<symbol, SocketState | undefined>)[symbol];
  if (state) return state;
  throw new Error(
    `rx-usocket/node does not know the sockets of Node.js ${process.version}; it knows 20.20, 22, 24 and 26`,
  );
}

/** Whether a handle is one of the operating system: of the C++ class `UDP` of Node.js. */
export function isSystemHandle(handle: DatagramCalls): boolean {
  return handle.constructor.name === 'UDP';
}

/** Gives a socket that has no port yet another handle. Under a symbol, a handle knows its socket. */
export function giveDatagramHandle(socket: Socket, handle: DatagramCalls): void {
  const state = stateOf(socket);
  const { handle: before } = state;
  for (const symbol of before ? Object.getOwnPropertySymbols(before) : []) {
    Object.defineProperty(handle, symbol, {
      value: (before as unknown as Record<symbol, unknown>)[symbol],
      writable: true,
    });
  }
  if (before?.hasRef() === false) handle.unref();
  state.handle = handle;
}
