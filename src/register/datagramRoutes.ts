import type { Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';

import type { DatagramHandle } from '../node/datagrams/datagramHandle';
import type { AddressCallback, DatagramCalls, SendRequest } from '../node/native/nativeDatagram';
import type { AddressToFill } from '../node/native/nativeStream';
import { numberOf } from '../node/native/systemErrors';
import type { Endpoint } from '../usocket/contract/nic';
import type { DirectTargets } from './directTargets';

/** How a {@link DatagramRoutes} is made. */
export interface DatagramRoutesOptions {
  readonly socket: Socket;
  /** The handle of the operating system. */
  readonly native: DatagramCalls;
  readonly direct: DirectTargets;
  /** Makes the handle of a port of the modem. */
  readonly viaModem: () => DatagramHandle;
}

const everywhere = new Set(['0.0.0.0', '::']);

/**
 * The handle of a `dgram.Socket` with two ports: one of the operating system, for this machine, and one of the modem, which is
 * opened for the first datagram that leaves.
 */
export class DatagramRoutes implements DatagramCalls {
  private outer: DatagramHandle | undefined;
  private receive: DatagramCalls['onmessage'];
  /** The peer of a connected socket, if it is reached by the modem. */
  private peer: Endpoint | undefined;
  private mayBroadcast = 0;

  constructor(private readonly options: DatagramRoutesOptions) {
    // Settings of the port of the operating system, which say nothing about the modem.
    const { native } = options;
    for (const name of ['setMulticastTTL', 'setMulticastLoopback', 'setMulticastInterface', 'bufferSize'] as const) {
      Object.defineProperty(this, name, { value: (native[name] as (...given: unknown[]) => unknown).bind(native) });
    }
  }

  declare setMulticastTTL: DatagramCalls['setMulticastTTL'];
  declare setMulticastLoopback: DatagramCalls['setMulticastLoopback'];
  declare setMulticastInterface: DatagramCalls['setMulticastInterface'];
  declare bufferSize: DatagramCalls['bufferSize'];

  get onmessage(): DatagramCalls['onmessage'] {
    return this.receive;
  }

  set onmessage(receive: DatagramCalls['onmessage']) {
    this.receive = receive;
    this.options.native.onmessage = receive;
  }

  lookup(address: string | undefined, callback: AddressCallback): void {
    this.options.native.lookup(address, callback);
  }

  /** Without an address, a port of this machine is enough. */
  bind(address: string, port: number, flags: number): number {
    const { native, direct } = this.options;
    if (direct.mayListen(address)) return native.bind(address, port, flags);
    if (!everywhere.has(address)) return numberOf('EADDRNOTAVAIL');
    // From a loopback address, other direct targets cannot be reached.
    const local = address === '::' ? '::1' : '127.0.0.1';
    return native.bind(direct.hasOthers ? address : local, port, flags);
  }

  connect(address: string, port: number): number {
    if (this.options.direct.has(address, port)) return this.options.native.connect(address, port);
    if (!isIPv4(address)) return numberOf('EAFNOSUPPORT');
    this.peer = { address, port };
    return this.outside().connect(address, port);
  }

  disconnect(): number {
    if (!this.peer) return this.options.native.disconnect();
    this.peer = undefined;
    return this.outside().disconnect();
  }

  send(request: SendRequest, pieces: readonly Uint8Array[], count: number, ...to: readonly unknown[]): number {
    const { native, direct } = this.options;
    const isInside = to.length > 1 ? direct.has(String(to[1]), Number(to[0])) : !this.peer;
    return (isInside ? native : this.outside()).send(request, pieces, count, ...to);
  }

  recvStart(): number {
    return this.options.native.recvStart();
  }

  recvStop(): number {
    return this.options.native.recvStop();
  }

  close(): void {
    this.options.native.close();
    this.outer?.close();
  }

  ref(): void {
    this.options.native.ref();
    this.outer?.ref();
  }

  unref(): void {
    this.options.native.unref();
    this.outer?.unref();
  }

  hasRef(): boolean {
    return this.options.native.hasRef();
  }

  getsockname(out: AddressToFill): number {
    return this.options.native.getsockname(out);
  }

  getpeername(out: AddressToFill): number {
    return this.peer ? this.outside().getpeername(out) : this.options.native.getpeername(out);
  }

  setBroadcast(isOn: number): number {
    this.mayBroadcast = isOn;
    this.outer?.setBroadcast(isOn);
    return this.options.native.setBroadcast(isOn);
  }

  setTTL(ttl: number): number {
    this.outer?.setTTL();
    return this.options.native.setTTL(ttl);
  }

  /** Groups are in the network of this machine. */
  addMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  dropMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  addSourceSpecificMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  dropSourceSpecificMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  getSendQueueSize(): number {
    return this.options.native.getSendQueueSize() + (this.outer?.getSendQueueSize() ?? 0);
  }

  getSendQueueCount(): number {
    return this.options.native.getSendQueueCount() + (this.outer?.getSendQueueCount() ?? 0);
  }

  private outside(): DatagramHandle {
    if (this.outer) return this.outer;
    const { native, viaModem } = this.options;
    const outer = viaModem();
    this.outer = outer;
    if (!native.hasRef()) outer.unref();
    outer.setBroadcast(this.mayBroadcast);
    // Node.js finds the socket at the handle that it gets here.
    outer.onmessage = (size, _handle, bytes, from) => this.receive?.(size, native, bytes, from);
    if (this.peer) outer.connect(this.peer.address, this.peer.port);
    outer.open({ address: '0.0.0.0', port: 0 }, (error) => {
      // The next datagram tries again.
      if (error !== undefined) this.outer = undefined;
    });
    return outer;
  }
}
