import type { DatagramSocket } from '../../../src/usocket';
import type { RunningInterface, TestedInterface } from '../../../harness/interfaces/interfaces';
import { type UdpPeer, udpPeer, unusedUdpPort } from '../../../harness/peers/udpPeer';

/** A datagram socket with its own port, and a peer. */
export class Correspondence implements AsyncDisposable {
  private constructor(
    readonly net: RunningInterface,
    readonly socket: DatagramSocket,
    readonly peer: UdpPeer,
    readonly port: number,
  ) {}

  static async over(tested: TestedInterface, options: { receiveBuffer?: number } = {}): Promise<Correspondence> {
    const net = await tested.start();
    const { usocket } = net;
    const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM, usocket.IPPROTO_UDP, options);
    const port = await unusedUdpPort();
    await socket.bind(['0.0.0.0', port]);
    return new Correspondence(net, socket, await udpPeer(), port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.close();
    await this.peer[Symbol.asyncDispose]();
    await this.net[Symbol.asyncDispose]();
  }
}
