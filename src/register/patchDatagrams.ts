import { Socket } from 'node:dgram';

import { bindArguments, datagramHandle } from '../node/datagrams/datagrams';
import { giveDatagramHandle, isSystemHandle, stateOf } from '../node/native/nativeDatagram';
import { DatagramRoutes } from './datagramRoutes';
import { replace, type Routes } from './patch';

const routed = new WeakSet<Socket>();

/**
 * Sends datagrams through the modem. Node.js binds a socket before it sends, connects or receives, but not before it joins
 * a group.
 */
export function patchDatagrams({ nic, direct }: Routes): void {
  for (const name of ['bind', 'bindSync', 'addMembership', 'addSourceSpecificMembership']) {
    replace(Socket.prototype, name, (original) => (self, given) => {
      const socket = self as Socket;
      const { handle: native } = stateOf(socket);
      // Our own sockets have a handle of their own already.
      if (native && isSystemHandle(native)) {
        routed.add(socket);
        giveDatagramHandle(
          socket,
          new DatagramRoutes({ socket, native, direct, viaModem: () => datagramHandle(socket, { nic }) }),
        );
      }
      if (name !== 'bind' || !routed.has(socket)) return original(socket, given);
      // Otherwise the worker of a cluster gets a handle of its primary, which is not ours and listens for the whole network.
      const { callback, ...options } = bindArguments(given);
      return original(socket, [{ ...options, exclusive: true }, ...(callback ? [callback] : [])]);
    });
  }
}
