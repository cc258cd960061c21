export type { Address } from './calls/address';
export type { ConnectOptions } from './stream/connectOptions';
export { type ErrorCode, errnoOf, errorcode } from './contract/errno';
export type { AddressInfo, AddressInfos } from './getaddrinfo';
export { DatagramSocket } from './datagram/datagramSocket';
export { Interfaces } from './interfaces';
export { createSocketModule, type NicOption, type SocketFunctions, type SocketModule } from './module';
export type {
  Certificates,
  CloseOptions,
  Datagram,
  DatagramLink,
  OpenDatagramOptions,
  Endpoint,
  Listener,
  ListenOptions,
  Nic,
  StreamLink,
  OpenStreamOptions,
  StreamSettings,
  TlsOptions,
} from './contract/nic';
export { OSError } from './contract/osError';
export type { CallStep } from './contract/callStep';
export type { SocketDetails, SocketTrace, Traceable, TracedSocket } from './contract/socketTrace';
export type { Abortable } from './contract/promiseOf';
export { Socket } from './stream/socket';
export type { OptionValue } from './calls/optionChange';
export type { SocketFile } from './stream/socketFile';
export type { FileMode } from './stream/socketFileStreams';
export type { SocketState } from './stream/connection';
export type { SocketOptions } from './calls/socketOptions';
export type { Sendable } from './calls/call';
export { POLLERR, POLLHUP, POLLIN, POLLNVAL, type PollOptions, POLLOUT, type Ready } from './select/poll';
export { select$, type Selected } from './select/select';
export { Poll, select } from './select/uselect';
