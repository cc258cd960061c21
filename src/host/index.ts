export type { HostConfig } from './hostAddress';
export { HostNic, type HostNicOptions, type Lookup } from './hostNic';
