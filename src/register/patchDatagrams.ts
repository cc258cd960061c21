import { Socket } from 'node:dgram';

import { datagramHandle, NicDatagramSocket } from '../node/datagrams';
import { giveDatagramHandle, stateOf } from '../node/nativeDatagram';
import { DatagramRoutes } from './datagramRoutes';
import { replace, type Routes } from './patch';

const routed = new WeakSet<Socket>();

/** Sends datagrams through the modem. Whatever Node.js does with a socket, it binds it first. */
export function patchDatagrams({ nic, direct }: Routes): void {
  for (const name of ['bind', 'bindSync']) {
    replace(Socket.prototype, name, (original) => (self, given) => {
      const socket = self as Socket;
      const { handle: native } = stateOf(socket);
      // Our own sockets have a handle of their own already.
      if (native && !(socket instanceof NicDatagramSocket) && !routed.has(socket)) {
        routed.add(socket);
        giveDatagramHandle(
          socket,
          new DatagramRoutes({ socket, native, direct, viaModem: () => datagramHandle(socket, { nic }) }),
        );
      }
      return original(socket, given);
    });
  }
}
