export type { Address } from './address';
export type { ConnectOptions } from './stream/connectOptions';
export { type ErrorCode, errnoOf, errorcode } from './errno';
export type { AddressInfo, AddressInfos } from './getaddrinfo';
export { DatagramSocket } from './datagram/datagramSocket';
export { Interfaces } from './interfaces';
export { createSocketModule, type LookUpOptions, type SocketModuleOptions } from './module';
export type {
  Certificates,
  CloseOptions,
  Datagram,
  DatagramLink,
  DatagramOptions,
  Endpoint,
  Listener,
  ListenOptions,
  Nic,
  StreamLink,
  StreamOptions,
  StreamSettings,
  TlsOptions,
} from './nic';
export { OSError } from './osError';
export type { Abortable } from './promiseOf';
export { Socket } from './stream/socket';
export type { OptionValue } from './socketOption';
export type { SocketFile } from './stream/socketFile';
export type { FileMode } from './stream/socketFileStreams';
export type { SocketState } from './stream/socketState';
export type { SocketOptions } from './stream/socketStreams';
export type { Sendable } from './arguments';
export { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, type Ready } from './select/poll';
export { select$, type Selected } from './select/select';
export { Poll, select } from './select/uselect';
