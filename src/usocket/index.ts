export type { Address } from './address';
export type { ConnectOptions } from './connectOptions';
export { type ErrorCode, errnoOf } from './errno';
export type { AddressInfo, AddressInfos } from './getaddrinfo';
export { DatagramSocket } from './datagramSocket';
export { Interfaces } from './interfaces';
export { createSocketModule, type SocketModuleOptions } from './module';
export type {
  Datagram,
  DatagramLink,
  DatagramOptions,
  Endpoint,
  Nic,
  StreamLink,
  StreamOptions,
  StreamSettings,
  TlsOptions,
} from './nic';
export { OSError } from './osError';
export { Socket } from './socket';
export type { OptionValue } from './socketOption';
export type { SocketFile } from './socketFile';
export type { FileMode } from './socketFileStreams';
export type { SocketState } from './socketState';
export type { SocketOptions } from './socketStreams';
export type { Sendable } from './arguments';
export { POLLERR, POLLHUP, POLLIN, POLLOUT, type Ready } from './poll';
export { select$, type Selected } from './select';
export { Poll, select } from './uselect';
