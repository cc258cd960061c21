/**
 * A virtual ESP8285, which answers AT commands as three firmwares do. A program uses it as a serial line, or serves it over
 * TCP or on a pseudo-terminal. It reaches only this machine. It can be slow, and it can fail at given times.
 *
 * @module rx-usocket/emulator
 */
export { Control } from './control/control';
export { type ServedControl, serveControl, type ServeControlOptions } from './control/serveControl';
export type { EmulatorChanges, EmulatorOptions } from './firmware/options';
export { firmwareVersions } from './firmware/personalities';
export type { FirmwareVersion } from './firmware/personality';
export type { SoftAp } from './firmware/settings';
export { type EmulatorUart, LineError } from './line/hostPort';
export type { LinkKind } from './links/virtualLink';
export type { StationState } from './modem/virtualStation';
export type { AccessPoint } from './network/accessPoint';
export type { Host, HostTable } from './network/internet';
export {
  type Connection,
  type Datagram,
  type DatagramPort,
  type Endpoint,
  type Listener,
  type Network,
  NetworkError,
} from './network/network';
export { socketsNetwork } from './network/socketsNetwork';
export { createEmulator, Emulator } from './serve/emulator';
export type { EmulatorState } from './serve/emulatorState';
export { type ServedPty, type ServedUartPty, servePty, type ServePtyOptions, serveUartOnPty } from './serve/servePty';
export { type ServedTcp, type ServedUartTcp, serveTcp, type ServeTcpOptions, serveUartOnTcp } from './serve/serveTcp';
export type { Fault, ScheduledFault } from './simulation/fault';
export { type FaultArgument, faultArguments } from './simulation/faultArguments';
export type { Latencies, Range } from './simulation/latencies';
export type { EmulatorEvent, HeardLine } from './simulation/report';
