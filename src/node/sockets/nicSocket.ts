import {
  type LookupFunction,
  type OnReadOpts,
  Socket,
  type SocketConstructorOpts,
  type TcpSocketConnectOpts,
} from 'node:net';
import type { DuplexOptions } from 'node:stream';

import { atCaller, hideOperators } from '../../usocket/contract/callerStack';
import { chosenNic } from '../links/chosenNic';
import type { Destroyable } from '../links/linkHandle';
import { lookup } from './lookup';
import { giveHandle, type NativeStream } from '../native/nativeStream';
import { clientHandle, handleOf, type LinkOptions } from '../links/openHandle';

/** The options of a {@link NicSocket}: those of `net.Socket`, and how it uses its interface. */
export type NicSocketOptions = LinkOptions &
  SocketConstructorOpts &
  Pick<DuplexOptions, 'highWaterMark' | 'readableHighWaterMark' | 'writableHighWaterMark'> &
  // They are spelt out because `@types/node` has them in another type since version 26.
  {
    /** Sends small writes at once, as `setNoDelay` does. */
    readonly noDelay?: boolean | undefined;
    /** Probes an idle connection, as `setKeepAlive` does. */
    readonly keepAlive?: boolean | undefined;
    /** How long a connection is idle before it is probed, in milliseconds. Default: that of the interface. */
    readonly keepAliveInitialDelay?: number | undefined;
    /** Reads into one buffer, and gives it to a function instead of emitting `'data'`. */
    readonly onread?: OnReadOpts | undefined;
  };

/** What `net.Socket` does not show. It is the same in Node.js 20, 22, 24 and 26. */
interface Internals {
  _handle: NativeStream | null;
  _peername: unknown;
  _sockname: unknown;
  /** Whether {@link NicSocket.resetAndDestroy} destroys it. */
  readonly resetAndClosing: boolean;
  /** The writes that the stream holds back. */
  readonly writableBuffer: readonly HeldWrite[];
  _reset(): void;
}

interface HeldWrite {
  readonly chunk: Uint8Array | string;
  readonly encoding: BufferEncoding;
  callback: (error?: Error | null) => void;
}

/**
 * A `net.Socket` whose connection goes through a network interface, such as a modem. Its methods, properties and events are
 * those that Node.js documents, because it is a `net.Socket`. {@link connect} makes one.
 *
 * What an interface cannot do changes nothing, and is told once in `DEBUG=rx-usocket:node`: `setNoDelay` on AT 1.x,
 * `setKeepAlive` on an open connection of a modem, the reset of `resetAndDestroy` before AT 1.7. A modem does not say from
 * where it has connected, so `localAddress` is `'0.0.0.0'` and `localPort` is 0 there.
 *
 * `end` sends what is left. A modem cannot end one direction alone, so the peer learns of the end when the connection is
 * closed: when the peer has ended its side, too, or when it has been silent for `halfCloseTimeout`.
 */
export class NicSocket extends Socket {
  private readonly linkOptions: NicSocketOptions;
  private noDelay: boolean | undefined;
  private keepAlive: readonly [isOn: boolean, seconds: number] | undefined;

  constructor(options: NicSocketOptions = {}) {
    super(options);
    this.linkOptions = options;
    const { noDelay, keepAlive, keepAliveInitialDelay = 0 } = options;
    this.noDelay = noDelay;
    if (keepAlive) this.keepAlive = [true, Math.floor(keepAliveInitialDelay / 1000)];
  }

  /**
   * Connects, with the arguments of `net.Socket`. A name is looked up through the interface, unless the option `lookup` says
   * how. Throws `ENODEV` when the program has no interface, and `EINVAL` for a `nic` that is none.
   */
  override connect(...given: unknown[]): this {
    const [options, listener] = connectArguments(given);
    // Its error is on the way already.
    if (this.linkOptions.signal?.aborted) return this;
    const nic = atCaller(() => chosenNic('connect', this.linkOptions.nic));
    const internals = this.internals;
    if (this.destroyed || !internals._handle) {
      const { readableHighWaterMark, highWaterMark } = this.linkOptions;
      const ahead = readableHighWaterMark ?? highWaterMark;
      const handle = clientHandle({ ...this.linkOptions, nic, readableHighWaterMark: ahead });
      if (this.noDelay !== undefined) handle.settings.setNoDelay(this.noDelay);
      if (this.keepAlive) handle.settings.setKeepAlive(...this.keepAlive);
      handle.owner = this;
      // `net.Socket` does the same, but with a connection of the operating system.
      internals._peername = undefined;
      internals._sockname = undefined;
      giveHandle(this, handle.stream);
    }
    const viaNic: LookupFunction = (host, query, callback) => lookup(host, { ...query, nic }, callback);
    // With several addresses, `net.Socket` makes connections of the operating system for all but the first.
    const target = { lookup: viaNic, ...options, autoSelectFamily: false } as TcpSocketConnectOpts;
    return super.connect(target, listener);
  }

  /** Before the connection is open, it is kept for it. */
  override setNoDelay(noDelay = true): this {
    this.noDelay = noDelay;
    return super.setNoDelay(noDelay);
  }

  /**
   * A modem takes it with the connection only, so set it before `connect`. As in Node.js 26, it takes an object, too. An
   * interface chooses the pause between two probes and their number.
   */
  override setKeepAlive(
    enable: boolean | { readonly enable?: boolean | undefined; readonly initialDelay?: number | undefined } = false,
    initialDelay = 0,
  ): this {
    if (typeof enable === 'object') return this.setKeepAlive(enable.enable, enable.initialDelay);
    this.keepAlive = [enable, Math.floor(initialDelay / 1000)];
    return super.setKeepAlive(enable, initialDelay);
  }

  /** Resets the connection. `net.Socket` does so only for a connection of the operating system. */
  override resetAndDestroy(): this {
    if (!this.internals._handle) return super.resetAndDestroy();
    const reset = () => this.internals._reset();
    if (this.connecting) this.once('connect', reset);
    else reset();
    return this;
  }

  /** As `destroy` calls it. An error gets the answer of the interface as its `cause`, and what was written before still goes out. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { _handle, resetAndClosing } = this.internals;
    const handle = handleOf(_handle);
    // The error of Node.js has a number only. Its cause says what the interface has answered.
    if (error && error.cause === undefined && handle?.failure !== undefined) {
      error.cause = handle.failure;
      hideOperators(error);
    }
    if (handle?.failure === undefined && !resetAndClosing && !this.connecting) handle?.take(this.heldWrites());
    super._destroy(error, callback);
  }

  /** The operating system would have taken these writes at once, so they have succeeded. It would not know what is corked. */
  private heldWrites(): readonly Uint8Array[] {
    if (this.writableCorked > 0) return [];
    return this.internals.writableBuffer.map((write) => {
      const { chunk, encoding, callback } = write;
      write.callback = () => callback(null);
      return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    });
  }

  private get internals(): Internals {
    return this as unknown as Internals;
  }
}

/**
 * Lets a connection be given up when it is idle (`unref`) and another one needs its link. Clients that keep connections do not
 * let these keep the program running.
 *
 * @param outer What the program has of it: the socket itself, or what encrypts it.
 */
export function yieldWhenIdle(socket: Socket, outer: Destroyable): void {
  const handle = handleOf((socket as unknown as Internals)._handle);
  if (handle) handle.yieldsAs = outer;
}

/** Makes a {@link NicSocket} of the `net.Socket` that Node.js has made for a client of a server. */
export function adoptSocket(socket: Socket, linkOptions: LinkOptions): void {
  Object.setPrototypeOf(socket, NicSocket.prototype);
  Object.assign(socket, { linkOptions });
  const handle = handleOf((socket as unknown as Internals)._handle);
  if (handle) handle.owner = socket;
}

/** The arguments of `connect`: `(options)`, `(port, host)` or `(path)`, each with a listener after it, or a list of them. */
export function connectArguments(
  given: readonly unknown[],
): readonly [options: object, listener: (() => void) | undefined] {
  const [first, second] = given;
  // As `net.connect` hands them over.
  if (Array.isArray(first)) return connectArguments(first as unknown[]);
  const last = given.at(-1);
  const listener = typeof last === 'function' ? (last as () => void) : undefined;
  if (typeof first === 'object' && first !== null) return [first, listener];
  if (typeof first === 'string' && Number.isNaN(Number(first))) return [{ path: first }, listener];
  return [{ port: first, ...(typeof second === 'string' && { host: second }) }, listener];
}
