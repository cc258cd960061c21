/**
 * The modules of a MaixPy program, as on a board: {@link machine}, {@link network}, {@link usocket}, {@link uselect}
 * and {@link uerrno}. Each call that waits exists as a promise (`sock.recv`) and as a cold observable (`sock.recv$`). The cold
 * form of `network.ESP8285(uart)` is `new ESP8285(uart).start$()`, of `rx-usocket/esp8285`.
 *
 *     import { machine, network, usocket } from 'rx-usocket';
 *
 *     const nic = await network.ESP8285(new machine.UART('/dev/ttyUSB0', 115200));
 *     await nic.connect('my-ssid', 'my-password');
 *     const sock = usocket.socket();
 *
 * @module rx-usocket
 */
import { UART } from './machine';
import { createModules, type Modules, modulesOver } from './modules';
import { programInterfaces } from './programInterfaces';
import { inspectableModule } from './streams/internal';
import { errnoOf, errorcode, Poll, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, select, select$ } from './usocket';

const modules = modulesOver(programInterfaces);

/** Serial lines: `new machine.UART(port, baudRate)` opens one. */
export const machine = inspectableModule('machine', {
  /** A serial line: `new machine.UART('/dev/ttyUSB0', 115200)`. The port may also be `tcp://…`, `rfc2217://…` or `emulator:`. */
  UART,
});

/**
 * Network interfaces: `network.ESP8285(uart)` sets up the modem on a serial line, `network.Host()` gives the operating
 * system's own sockets. The first interface is the one that `usocket` uses by default.
 */
export const network = modules.network;

/**
 * Sockets over the default interface, or over another one with the option `nic`: `usocket.socket()`,
 * `usocket.getaddrinfo(host, port)`, and the constants and helpers of MaixPy's module of that name.
 */
export const usocket = modules.usocket;

/**
 * Waits for several streams at once: sockets, serial lines, anything with a `readiness$`. `uselect.poll()` registers streams
 * and can be used again and again; `uselect.select()` waits once.
 */
export const uselect = inspectableModule('uselect', {
  /** The event of a stream that can be read, or that has ended. */
  POLLIN,
  /** The event of a stream that can be written to. */
  POLLOUT,
  /** The event of a stream that has failed. It need not be asked for. */
  POLLERR,
  /** The event of a stream that the other side has ended. It need not be asked for. */
  POLLHUP,
  /** The event of a stream that is closed. It need not be asked for. */
  POLLNVAL,

  /**
   * Makes an object that streams are registered with. `await poller.poll(milliseconds)` waits until one of them is
   * ready; `poller.ready$` emits the ready streams at every change.
   *
   *     const poller = uselect.poll();
   *     poller.register(sock, uselect.POLLIN);
   *     for (const [stream, events] of await poller.poll(1000)) console.log(stream, events);
   */
  poll: () => new Poll(),

  /**
   * Waits until one of the streams can be read, can be written to, or has failed, and resolves to those of each of the
   * three lists that are ready; to three empty lists when the time, in seconds, is up. Without a time, or with `null`
   * or a negative one, it waits without limit; 0 returns at once. `{ signal }` as the last argument aborts it.
   *
   *     const [readable] = await uselect.select([sock, uart], [], [], 5);
   *
   * Rejects with `EINVAL` for an argument that is not a list, an object without `readiness$`, and a value that is not a
   * time.
   */
  select,

  /** The cold form of `select`: waits when it is subscribed to, emits the three lists once, and completes. */
  select$,
});

/** Error numbers by name, and names by number: `uerrno.EAGAIN` is 11, and `uerrno.errorcode[11]` is `'EAGAIN'`. */
export const uerrno: ErrorNumbers = { ...errnoOf, errorcode };

/**
 * The `uerrno` module: the error numbers of MicroPython, which are those of Linux.
 *
 * @interface
 */
export type ErrorNumbers = typeof errnoOf & {
  /** The name of each error number: `uerrno.errorcode[11]` is `'EAGAIN'`; `undefined` for a number without a name. */
  readonly errorcode: typeof errorcode;
};

export { createModules, type Modules };

export type {
  Encryption,
  ESP8285,
  FoundNetwork,
  InterfaceConfig,
  InterfaceDetails,
  LineBytes,
  LinkDetails,
  ModemOptions,
  RedialOptions,
  RejoinOptions,
  Station,
  StaticConfig,
  Status,
  TimeOptions,
  TraceEvent,
} from './esp8285';
export type { UART, UARTOptions } from './machine';
export type { NetworkModule, NetworkOptions } from './network';
export type { Pollable, Readiness, Uart } from './streams';
export type { HostNic, HostNicOptions } from './host';
export {
  type Abortable,
  type Address,
  type AddressInfo,
  type AddressInfos,
  type CallStep,
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
  type PollOptions,
  type Ready,
  type Selected,
  type Sendable,
  type Socket,
  type SocketDetails,
  type SocketFile,
  type SocketFunctions,
  type SocketModule,
  type SocketOptions,
  type SocketState,
  type SocketTrace,
  type StreamLink,
  type OpenStreamOptions,
  type StreamSettings,
  type TlsOptions,
  type Traceable,
  type TracedSocket,
} from './usocket';
