import type * as onNode from '../host';
import { OSError } from '../usocket/contract/osError';

/** A browser has no sockets of its own. */
export const HostNic = function refuse() {
  const advice = 'use network.ESP8285 with a modem, or a virtual one: createEmulator of rx-usocket/emulator';
  throw new OSError('EOPNOTSUPP', 'Host', `Host: a browser has no sockets for programs; ${advice}`);
} as unknown as typeof onNode.HostNic;
