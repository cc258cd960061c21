import { throwError } from 'rxjs';

import { type Network, NetworkError } from '../emulator/network/network';
import type * as onNode from '../emulator/network/socketsNetwork';

const failed$ = throwError(() => {
  const advice = 'give the virtual modem another network, such as the MemoryNetwork of rx-usocket/testing';
  return new NetworkError('unreachable', `a browser has no sockets for programs; ${advice}`);
});

/** A browser has no sockets of its own. */
export const socketsNetwork: Network = { connect: () => failed$, listen: () => failed$, bind: () => failed$ };

export const createSocketsNetwork: typeof onNode.createSocketsNetwork = () => socketsNetwork;
