/**
 * The driver of an ESP8285 or ESP8266 modem with AT firmware: the network interface {@link ESP8285} on any serial line.
 * Unlike `network.ESP8285`, it does not become the default interface of a program.
 *
 * @module rx-usocket/esp8285
 */
export type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
export { type Encryption, encryptions } from './commands/softApSettings';
export { ESP8285 } from './esp8285';
export type { InterfaceDetails } from './interfaceDetails';
export type { RedialOptions } from './life/redialer';
export type { RejoinOptions } from './life/rejoiner';
export type { Status } from './life/status';
export type { LinkDetails } from './links/linkDetails';
export type { ModemOptions } from './modemOptions';
export type { LineBytes } from './trace/byteTrace';
export type { TraceEvent } from './trace/traceEvent';
export type { StaticConfig } from './wifi/ifconfig';
export type { FoundNetwork } from './wifi/scan';
export type { Station } from './wifi/softAp';
export type { TimeOptions } from './wifi/time';
