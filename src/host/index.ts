/**
 * The sockets of the operating system as a network interface, so that the same program runs without a modem.
 *
 * @module rx-usocket/host
 */
export type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
export { HostNic, type HostNicOptions, type Lookup, type LookupQuery } from './hostNic';
