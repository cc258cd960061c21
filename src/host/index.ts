export type { HostConfig } from './hostAddress';
export { HostNic, type HostNicOptions, type Lookup, type LookupQuery } from './hostNic';
