import { UART } from './machine';
import { createModules } from './modules';
import { inspectableModule } from './streams';
import { errnoOf, errorcode, Poll, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, select, select$ } from './usocket';

/** With the interfaces of this program: the only state of the package that is not held by an object of the user's. */
const modules = createModules();

/** Serial lines. */
export const machine = inspectableModule('machine', { UART });

/** Network interfaces. */
export const network = modules.network;

/** Sockets over the default interface. */
export const usocket = modules.usocket;

/**
 * Waiting for several streams at once: sockets, serial lines, anything with a `readiness$`. `poll().ready$` tells what is
 * ready at every change of it, without anybody asking.
 */
export const uselect = inspectableModule('uselect', {
  POLLIN,
  POLLOUT,
  POLLERR,
  POLLHUP,
  POLLNVAL,
  poll: () => new Poll(),
  select,
  select$,
});

/** Error numbers by name, and names by number: `uerrno.errorcode[uerrno.EAGAIN]`, as in MicroPython. */
export const uerrno = { ...errnoOf, errorcode } as const;

export { createModules };

export type {
  Encryption,
  ESP8285,
  FoundNetwork,
  InterfaceConfig,
  ModemOptions,
  Redial,
  Rejoin,
  Station,
  StaticConfig,
  Status,
  TimeOptions,
  TraceEvent,
} from './esp8285';
export type { UART, UARTOptions } from './machine';
export type { Pollable, Readiness, Uart } from './streams';
export type { HostConfig, HostNic, HostNicOptions } from './host';
export {
  type Abortable,
  type Address,
  type AddressInfo,
  type AddressInfos,
  type Certificates,
  type CloseOptions,
  type ConnectOptions,
  type Datagram,
  type DatagramLink,
  type OpenDatagramOptions,
  type DatagramSocket,
  type Endpoint,
  type ErrorCode,
  type FileMode,
  type Listener,
  type ListenOptions,
  type Nic,
  type NicOption,
  type OptionValue,
  OSError,
  type Poll,
  type Ready,
  type Selected,
  type Sendable,
  type Socket,
  type SocketFile,
  type SocketOptions,
  type SocketState,
  type StreamLink,
  type OpenStreamOptions,
  type StreamSettings,
  type TlsOptions,
} from './usocket';
